//! Turns `proto/heliograph/*.proto` into Rust with protox, a compiler in pure Rust, so that no machine needs `protoc`.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = ["identity", "wire", "account", "content", "link", "history", "backup", "bus"];
    let paths: Vec<PathBuf> = files.iter().map(|f| PathBuf::from(format!("proto/heliograph/{f}.proto"))).collect();
    for path in &paths {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    let descriptors = protox::compile(&paths, ["proto"])?;
    // What holds keys says of itself no more than `src/debug.rs` has it say.
    let secret = [".heliograph.backup", ".heliograph.content.ArchiveSegment"];
    prost_build::Config::new()
        .btree_map(["."])
        .skip_debug(secret)
        .include_file("schema.rs")
        .compile_fds(descriptors)?;
    Ok(())
}
