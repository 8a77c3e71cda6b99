//! Embeds the web app's bundle, if `HELIOGRAPH_WEB_BUNDLE` names its folder; else nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-env-changed=HELIOGRAPH_WEB_BUNDLE");
    let mut code = String::from("static EMBEDDED: &[EmbeddedFile] = &[\n");
    if let Some(folder) = std::env::var_os("HELIOGRAPH_WEB_BUNDLE").filter(|folder| !folder.is_empty()) {
        embed(&PathBuf::from(folder), &mut code)?;
    }
    code.push_str("];\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    std::fs::write(out.join("web_bundle.rs"), code)?;
    Ok(())
}

fn embed(folder: &Path, code: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let list = folder.join("bundle.json");
    println!("cargo:rerun-if-changed={}", list.display());
    let bundle: serde_json::Value = serde_json::from_slice(&std::fs::read(&list)?)?;
    let files = bundle.get("files").and_then(serde_json::Value::as_array).ok_or("bundle.json: no files")?;
    for file in files {
        let get = |field: &str| file.get(field).ok_or(format!("bundle.json: no {field}"));
        let text = |field: &str| get(field)?.as_str().ok_or(format!("bundle.json: {field} is no text"));
        let path = folder.join(text("path")?);
        let brotli = match get("brotli_bytes")?.is_null() {
            true => "None".to_owned(),
            false => format!("Some(include_bytes!({:?}))", format!("{}.br", path.display())),
        };
        writeln!(
            code,
            "EmbeddedFile {{ path: {:?}, content_type: {:?}, immutable: {}, sha256: {:?}, bytes: include_bytes!({:?}), brotli: {brotli} }},",
            text("path")?,
            text("content_type")?,
            get("immutable")?.as_bool().ok_or("bundle.json: immutable")?,
            text("sha256")?,
            path.display().to_string(),
        )?;
    }
    Ok(())
}
