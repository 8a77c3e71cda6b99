//! Makes the web bundle: binds the wasm modules, writes the list of emoji, names files by their content, and compresses them.
//! Owns the command line and the order; knows nothing of how the modules are compiled or served.

mod assets;
mod bind;
mod emoji;
mod output;
mod split;

use std::fs;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use clap::Parser;
use sha2::{Digest, Sha256};

use crate::assets::Source;

#[derive(Parser)]
#[command(about = "Makes the web bundle of compiled wasm modules and static files")]
struct Cli {
    /// Folder of the bundle; replaced as a whole
    #[arg(long)]
    out: PathBuf,
    /// Folder of static files (several are merged)
    #[arg(long = "static")]
    static_folders: Vec<PathBuf>,
    /// Compiled wasm module
    #[arg(long = "module")]
    modules: Vec<PathBuf>,
    /// Compiled wasm module that is taken apart: linked with `--emit-relocs`
    #[arg(long = "split-module")]
    split_modules: Vec<PathBuf>,
    /// Brotli quality, 0 to 11
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=11))]
    quality: u32,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let mut sources = Vec::new();
    for folder in &cli.static_folders {
        assets::read_folder(folder, &mut sources)?;
    }
    sources.push(emoji::list());
    let inputs = fingerprint(&cli, &sources)?;
    if output::is_made_of(&cli.out, &inputs) {
        return Ok(());
    }
    for module in &cli.modules {
        bind::bind(module, &mut sources)?;
    }
    for module in &cli.split_modules {
        let split = split::split(module, &mut sources)?;
        bind::bind_split(&split, &mut sources)?;
    }
    let bundle = assets::resolve(&sources)?;
    output::write(&cli.out, &bundle, cli.quality, &inputs)
}

/// All that the bundle depends on, also this program, so that an unchanged start costs nothing.
fn fingerprint(cli: &Cli, sources: &[Source]) -> Result<String> {
    let mut hash = Sha256::new();
    let program = std::env::current_exe()?.metadata()?;
    let built = program.modified()?.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos());
    hash.update(format!("{built} {} {}\n", program.len(), cli.quality));
    for source in sources {
        hash.update(format!("{} {}\n", source.name, hex::encode(Sha256::digest(&source.content))));
    }
    for module in cli.modules.iter().chain(&cli.split_modules) {
        let content = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
        hash.update(format!("{} {}\n", module.display(), hex::encode(Sha256::digest(&content))));
    }
    Ok(hex::encode(hash.finalize()))
}
