//! The bundle's folder: files, their compressed forms, and `bundle.json`, replaced as a whole.
//! Knows the format that the server reads; not how names came about.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::assets::{Asset, Bundle, Naming};

const MANIFEST: &str = "bundle.json";
const INPUTS: &str = ".inputs";
/// 16 MB, brotli's largest: the whole of a wasm file is in view.
const WINDOW_BITS: u32 = 24;

#[derive(Serialize)]
struct Manifest<'a> {
    version: &'a str,
    files: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    path: &'a str,
    content_type: &'a str,
    immutable: bool,
    sha256: String,
    bytes: usize,
    /// None: the file is served as it is.
    brotli_bytes: Option<usize>,
}

pub(crate) fn is_made_of(out: &Path, inputs: &str) -> bool {
    out.join(MANIFEST).is_file() && fs::read_to_string(out.join(INPUTS)).is_ok_and(|made_of| made_of == inputs)
}

pub(crate) fn write(out: &Path, bundle: &Bundle, quality: u32, inputs: &str) -> Result<()> {
    let fresh = sibling(out, "new")?;
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    let mut files = Vec::new();
    for asset in &bundle.assets {
        let file = fresh.join(&asset.path);
        fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
        fs::write(&file, &asset.content)?;
        let compressed = compressed(asset, quality, out)?;
        if let Some(compressed) = &compressed {
            fs::write(with_br(&file), compressed)?;
        }
        files.push(Entry {
            path: &asset.path,
            content_type: asset.content_type,
            immutable: asset.naming == Naming::Hashed,
            sha256: hex::encode(Sha256::digest(&asset.content)),
            bytes: asset.content.len(),
            brotli_bytes: compressed.map(|compressed| compressed.len()),
        });
    }
    let manifest = Manifest { version: &bundle.version, files };
    fs::write(fresh.join(INPUTS), inputs)?;
    fs::write(fresh.join(MANIFEST), serde_json::to_vec_pretty(&manifest)?)?;
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::rename(&fresh, out).with_context(|| format!("replacing {}", out.display()))
}

/// None where compression does not pay.
fn compressed(asset: &Asset, quality: u32, previous: &Path) -> Result<Option<Vec<u8>>> {
    let kind = asset.content_type;
    let pays = kind.starts_with("text/") || kind.starts_with("application/") || kind == "image/svg+xml";
    if !pays {
        return Ok(None);
    }
    // A hashed name stands for its content, and a folder has one quality.
    if asset.naming == Naming::Hashed
        && let Ok(kept) = fs::read(with_br(&previous.join(&asset.path)))
    {
        return Ok(Some(kept));
    }
    let mut out = Vec::new();
    {
        let mut writer = brotli::CompressorWriter::new(&mut out, 1 << 16, quality, WINDOW_BITS);
        writer.write_all(&asset.content)?;
    }
    Ok((out.len() < asset.content.len()).then_some(out))
}

fn with_br(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".br");
    PathBuf::from(name)
}

fn sibling(out: &Path, ending: &str) -> Result<PathBuf> {
    let mut name = out.file_name().context("the bundle's folder has a name")?.to_owned();
    name.push(format!(".{ending}"));
    let sibling = out.with_file_name(name);
    if let Some(parent) = sibling.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(sibling)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::{Source, resolve};

    fn bundle() -> Bundle {
        let sources = [
            Source { name: "index.html".into(), content: b"<p>sun</p>".repeat(100) },
            Source { name: "a.png".into(), content: vec![7; 100] },
        ];
        resolve(&sources).unwrap()
    }

    #[test]
    fn the_manifest_names_every_file_and_its_compressed_size() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dev");
        write(&out, &bundle(), 5, "one").unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&fs::read(out.join("bundle.json")).unwrap()).unwrap();
        for entry in manifest["files"].as_array().unwrap() {
            let path = entry["path"].as_str().unwrap();
            let content = fs::read(out.join(path)).unwrap();
            assert_eq!(entry["sha256"], hex::encode(Sha256::digest(&content)));
            assert_eq!(entry["immutable"], path.starts_with("assets/"));
            let br = fs::read(out.join(format!("{path}.br"))).ok();
            assert_eq!(entry["brotli_bytes"].as_u64(), br.as_ref().map(|br| br.len() as u64), "{path}");
            if let Some(br) = br {
                let mut plain = Vec::new();
                brotli::BrotliDecompress(&mut br.as_slice(), &mut plain).unwrap();
                assert_eq!(plain, content);
            }
        }
        assert!(out.join("index.html.br").is_file());
    }

    #[test]
    fn an_unchanged_bundle_is_recognised_and_a_changed_one_replaces_it() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("dev");
        assert!(!is_made_of(&out, "one"));
        write(&out, &bundle(), 5, "one").unwrap();
        assert!(is_made_of(&out, "one") && !is_made_of(&out, "two"));
        fs::write(out.join("left-over.txt"), "").unwrap();
        write(&out, &bundle(), 5, "two").unwrap();
        assert!(is_made_of(&out, "two") && !out.join("left-over.txt").exists());
    }
}
