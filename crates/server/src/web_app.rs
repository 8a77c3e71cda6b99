//! The web app's files: embedded at build time, or read from a folder for development.

use axum::body::Bytes;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

struct EmbeddedFile {
    path: &'static str,
    content_type: &'static str,
    immutable: bool,
    sha256: &'static str,
    bytes: &'static [u8],
    brotli: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/web_bundle.rs"));

/// Where the files come from.
pub enum WebApp {
    /// Built in; may be empty.
    Embedded,
    /// A bundle's folder, looked at for every request, so that a rebuild shows at once.
    Folder(PathBuf),
}

/// How a file may be kept by a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Its name changes with its contents.
    Immutable,
    /// It must be asked for again.
    Revalidate,
}

/// What the browser takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// Brotli, where there is such a file.
    Brotli,
}

/// A file to serve.
pub struct WebFile {
    /// With its charset.
    pub content_type: String,
    /// For the Cache-Control header.
    pub caching: Caching,
    /// Hash of the uncompressed contents.
    pub sha256: String,
    /// As they go out.
    pub bytes: Bytes,
    /// How `bytes` are encoded.
    pub encoding: Encoding,
}

#[derive(Deserialize)]
struct BundleList {
    files: Vec<BundleFile>,
}

#[derive(Deserialize)]
struct BundleFile {
    path: String,
    content_type: String,
    immutable: bool,
    sha256: String,
    brotli_bytes: Option<u64>,
}

fn caching(immutable: bool) -> Caching {
    if immutable { Caching::Immutable } else { Caching::Revalidate }
}

impl WebApp {
    /// The folder if one is given, else what is built in.
    pub fn new(folder: Option<PathBuf>) -> Self {
        folder.map_or(Self::Embedded, Self::Folder)
    }

    /// Whether there is anything to serve.
    pub fn is_there(&self) -> bool {
        match self {
            Self::Embedded => !EMBEDDED.is_empty(),
            Self::Folder(folder) => folder.join("bundle.json").is_file(),
        }
    }

    /// Reads a file of the bundle; `None` for names that it does not list.
    pub async fn file(&self, path: &str, accepts: Encoding) -> Option<WebFile> {
        match self {
            Self::Embedded => {
                let file = EMBEDDED.iter().find(|file| file.path == path)?;
                let brotli = file.brotli.filter(|_| accepts == Encoding::Brotli);
                Some(WebFile {
                    content_type: file.content_type.into(),
                    caching: caching(file.immutable),
                    sha256: file.sha256.into(),
                    encoding: if brotli.is_some() { Encoding::Brotli } else { Encoding::Identity },
                    bytes: Bytes::from_static(brotli.unwrap_or(file.bytes)),
                })
            }
            Self::Folder(folder) => {
                let list = tokio::fs::read(folder.join("bundle.json")).await.ok()?;
                let list: BundleList = serde_json::from_slice(&list).ok()?;
                let mut files: BTreeMap<String, BundleFile> =
                    list.files.into_iter().map(|file| (file.path.clone(), file)).collect();
                let file = files.remove(path)?;
                let encoding = if file.brotli_bytes.is_some() { accepts } else { Encoding::Identity };
                let name = match encoding {
                    Encoding::Brotli => format!("{path}.br"),
                    Encoding::Identity => path.to_owned(),
                };
                let bytes = tokio::fs::read(folder.join(name)).await.ok()?;
                Some(WebFile {
                    content_type: file.content_type,
                    caching: caching(file.immutable),
                    sha256: file.sha256,
                    bytes: bytes.into(),
                    encoding,
                })
            }
        }
    }
}
