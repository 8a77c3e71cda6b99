//! `heliograph`: the server as a program. Owns the command line, the log and what is printed at the start.
// What is printed is this program's interface.
#![allow(clippy::print_stdout)]

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use server::codes::CodesConfig;
use server::config::{LogFormat, ServeArgs};
use server::{Running, Server};
use std::path::PathBuf;
use tracing_subscriber::EnvFilter;

/// The Heliograph server.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve accounts, messages and the web app from one data folder.
    Serve(Box<ServeArgs>),
    /// Ask the server that runs on this machine, or tell it what to do.
    #[cfg(unix)]
    Admin(server::admin::AdminArgs),
    /// Put a backup into an empty data folder, under a new timeline.
    #[cfg(unix)]
    Restore {
        /// What `heliograph admin backup` made.
        backup: PathBuf,
        /// The folder of database, blobs and keys.
        #[arg(long, env = "HELIOGRAPH_DATA", default_value = "data")]
        data: PathBuf,
    },
    /// Tell clients that an older copy of the database was put back. Run it once, after the copy and before `serve`.
    NewTimeline {
        /// The folder of database, blobs and keys.
        #[arg(long, env = "HELIOGRAPH_DATA", default_value = "data")]
        data: PathBuf,
    },
}

fn main() -> Result<()> {
    let command = Cli::parse().command;
    #[cfg(unix)]
    let command = match command {
        Command::Admin(args) => return server::admin::run(args),
        other => other,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let args = match command {
        Command::Serve(args) => args,
        #[cfg(unix)]
        Command::Admin(_) => return Ok(()),
        #[cfg(unix)]
        Command::Restore { backup, data } => return runtime.block_on(server::admin::restore(&backup, &data)),
        Command::NewTimeline { data } => return runtime.block_on(server::new_timeline(&data)),
    };
    let args = args.with_file()?;
    start_log(args.log_format.unwrap_or_default(), args.log.as_deref())?;
    let config = args.into_config()?;
    runtime.block_on(async {
        let codes = config.codes.clone();
        let running = Server::start(config).await?;
        greet(&running, &codes);
        stop_signal().await?;
        tracing::info!("stopping");
        running.shutdown().await
    })
}

/// On standard error; standard output is for codes and the greeting.
fn start_log(format: LogFormat, filter: Option<&str>) -> Result<()> {
    let mut filter = EnvFilter::try_new(filter.unwrap_or("info")).context("--log is not understood")?;
    // They would name the hosts that pushes go to, and who is relayed for, whatever the filter says of the rest.
    let quiet = ["reqwest=warn", "hyper_util::client=warn", "rustls::client=warn"];
    // And strangers can have them write as much as they like.
    let silent = ["turn_server_proto=off", "turn_types=off", "stun_proto=off", "stun_types=off"];
    for quiet in quiet.into_iter().chain(silent) {
        filter = filter.add_directive(quiet.parse()?);
    }
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

fn greet(running: &Running, codes: &CodesConfig) {
    let local = format!("http://localhost:{}", running.addr.port());
    println!("Heliograph is running.");
    println!("  Browser:            {local}/");
    println!("  Phone, same machine: {local}/phone");
    if let Some(metrics) = running.metrics_addr {
        println!("  Metrics:            http://{metrics}/metrics");
    }
    match running.calls_addrs.first() {
        Some((calls, _)) => println!("  Calls:              {calls}, UDP and TCP"),
        None => println!("  Calls:              none"),
    }
    if let (Some(https), Some(lan)) = (running.https_addr, server::lan_address()) {
        let origin = format!("https://{lan}:{}", https.port());
        println!("  Phone, local network: {origin}/phone");
        if running.authority_pem.is_some() {
            println!("  Before that, trust this server's certificate on the phone: {origin}/authority");
        }
        if let Ok(code) = fast_qr::QRBuilder::new(format!("{origin}/phone")).build() {
            println!("{}", code.to_str());
        }
    }
    if !running.has_web_app {
        println!("  Built without the web app: use --web-dir or `cargo xtask run`.");
    }
    match codes {
        CodesConfig::Console => println!("One-time codes appear here. Stop with Ctrl-C."),
        CodesConfig::Http(_) => println!("One-time codes go to the gateway of code_http_url. Stop with Ctrl-C."),
        CodesConfig::Smtp(_) => println!("One-time codes go out by mail. Stop with Ctrl-C."),
    }
}

async fn stop_signal() -> Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
