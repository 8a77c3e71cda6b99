//! Names and references: which files are renamed by their content, and how one file refers to another.
//! Knows the placeholders `{{asset:NAME}}`, `{{bundle:version}}`, `{{bundle:precache}}`, `{{bundle:parts}}` and `{{include:NAME.part}}`; writes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Hex digits of the content's hash in a file name: 64 bits.
const HASH_DIGITS: usize = 16;

/// A file as it was written; `name` is relative, with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// The name carries the content's hash: may be kept for ever.
    Hashed,
    /// The name is known from outside: must be asked for again.
    Fixed,
}

/// A file as it is served; `path` is its URL without the leading slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asset {
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
    pub(crate) content_type: &'static str,
    pub(crate) naming: Naming,
}

#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) version: String,
    pub(crate) assets: Vec<Asset>,
}

pub(crate) fn read_folder(folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    let mut waiting = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("reading {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let name = path.strip_prefix(folder)?.to_str().context("a file name is not UTF-8")?.to_owned();
            found.push(Source { name, content: fs::read(&path)? });
        }
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    sources.append(&mut found);
    Ok(())
}

/// What several files have in common; is no file of the bundle itself.
const PART: &str = ".part";

/// Gives every file its final name and content.
pub(crate) fn resolve(sources: &[Source]) -> Result<Bundle> {
    let sources = &with_parts(sources)?;
    let mut by_name = BTreeMap::new();
    for source in sources {
        if by_name.insert(source.name.as_str(), source).is_some_and(|other| other.content != source.content) {
            bail!("two files are named {}", source.name);
        }
    }
    let mut resolver = Resolver { by_name, hashed: BTreeMap::new(), open: Vec::new() };
    let names: Vec<&str> = resolver.by_name.keys().copied().collect();
    let (fixed, hashed): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| naming(name) == Naming::Fixed);
    for name in hashed {
        resolver.url(name)?;
    }
    let version = version(&resolver, &fixed);
    let (precache, parts) = (precache(&resolver, &fixed)?, parts(&resolver)?);
    let mut assets = Vec::new();
    for name in fixed {
        let whole = |text: &str| {
            let text = text.replace("{{bundle:version}}", &version);
            text.replace("{{bundle:precache}}", &precache).replace("{{bundle:parts}}", &parts)
        };
        let content = resolver.content(name, &whole)?;
        assets.push(Asset { path: name.to_owned(), content, content_type: content_type(name)?, naming: Naming::Fixed });
    }
    assets.extend(resolver.hashed.into_values());
    assets.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(Bundle { version, assets })
}

/// The files without the parts, which stand where they are included. Parts include nothing.
fn with_parts(sources: &[Source]) -> Result<Vec<Source>> {
    let is_part = |source: &&Source| source.name.ends_with(PART);
    let parts: BTreeMap<&str, &Source> =
        sources.iter().filter(is_part).map(|part| (part.name.as_str(), part)).collect();
    let mut whole = Vec::new();
    for source in sources.iter().filter(|source| !is_part(source)) {
        let mut source = source.clone();
        if source.name.ends_with(".html") {
            let text = String::from_utf8(source.content).with_context(|| format!("{} is not UTF-8", source.name))?;
            source.content = include(&source.name, &text, &parts)?.into_bytes();
        }
        whole.push(source);
    }
    Ok(whole)
}

fn include(name: &str, text: &str, parts: &BTreeMap<&str, &Source>) -> Result<String> {
    let mut pieces = text.split("{{include:");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (target, following) = piece.split_once("}}").with_context(|| format!("{name}: an include has no end"))?;
        let part = parts.get(target).with_context(|| format!("{name} includes {target}, which is no part"))?;
        let part = std::str::from_utf8(&part.content).with_context(|| format!("{target} is not UTF-8"))?;
        out.push_str(part.trim_end());
        out.push_str(following);
    }
    Ok(out)
}

struct Resolver<'a> {
    by_name: BTreeMap<&'a str, &'a Source>,
    hashed: BTreeMap<String, Asset>,
    /// The files whose references are being followed, to find circles.
    open: Vec<String>,
}

impl Resolver<'_> {
    /// The absolute URL by which a page loads `name`.
    fn url(&mut self, name: &str) -> Result<String> {
        if naming(name) == Naming::Fixed && self.by_name.contains_key(name) {
            return Ok(format!("/{name}"));
        }
        if let Some(asset) = self.hashed.get(name) {
            return Ok(format!("/{}", asset.path));
        }
        if self.open.iter().any(|open| open == name) {
            bail!("files refer to each other in a circle: {} → {name}", self.open.join(" → "));
        }
        self.open.push(name.to_owned());
        let content = self.content(name, &|text| text.to_owned())?;
        self.open.pop();
        let path = hashed_path(name, &content);
        let asset = Asset { path: path.clone(), content, content_type: content_type(name)?, naming: Naming::Hashed };
        self.hashed.insert(name.to_owned(), asset);
        Ok(format!("/{path}"))
    }

    /// The content with its references resolved; `whole` fills in what only files of fixed names may say.
    fn content(&mut self, name: &str, whole: &dyn Fn(&str) -> String) -> Result<Vec<u8>> {
        let Some(source) = self.by_name.get(name).copied() else {
            bail!("no file is named {name} (referred to by {})", self.open.last().map_or("?", String::as_str));
        };
        if !may_refer(name) {
            return Ok(source.content.clone());
        }
        let text = std::str::from_utf8(&source.content).with_context(|| format!("{name} is not UTF-8"))?;
        let mut parts = text.split("{{asset:");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (target, following) =
                part.split_once("}}").with_context(|| format!("{name}: a placeholder has no end"))?;
            let url = self.url(target).with_context(|| format!("in {name}"))?;
            out.push_str(&url);
            out.push_str(following);
        }
        let out = whole(&out);
        if out.contains("{{bundle:") {
            bail!("{name}: only files of fixed names may say {{{{bundle:version}}}} and {{{{bundle:precache}}}}");
        }
        Ok(out.into_bytes())
    }
}

fn naming(name: &str) -> Naming {
    let fixed = matches!(name, "sw.js" | "robots.txt" | "favicon.ico")
        || (!name.contains('/') && (name.ends_with(".html") || name.ends_with(".webmanifest")));
    if fixed { Naming::Fixed } else { Naming::Hashed }
}

fn may_refer(name: &str) -> bool {
    [".html", ".js", ".css", ".webmanifest", ".json", ".svg"].iter().any(|ending| name.ends_with(ending))
}

fn hashed_path(name: &str, content: &[u8]) -> String {
    let hash: String = hex::encode(Sha256::digest(content)).chars().take(HASH_DIGITS).collect();
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, "bin"));
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("assets/{folder}{slash}{stem}.{hash}.{extension}")
}

fn is_precached(name: &str) -> bool {
    name.ends_with(".html") || name.ends_with(".webmanifest")
}

/// Changes when any file that a page is made of changes. Fixed files count as written: they may say the version.
fn version(resolver: &Resolver<'_>, fixed: &[&str]) -> String {
    let mut hash = Sha256::new();
    for asset in resolver.hashed.values() {
        hash.update(&asset.path);
        hash.update("\n");
    }
    for source in fixed.iter().filter_map(|name| resolver.by_name.get(name)) {
        hash.update(&source.name);
        hash.update(Sha256::digest(&source.content));
    }
    hex::encode(hash.finalize()).chars().take(HASH_DIGITS).collect()
}

/// What no page shows by itself: pictures for the system's list of programs, which a browser fetches when the page is
/// installed, and licences.
fn is_for_others(name: &str) -> bool {
    name.ends_with(".png") || name.ends_with(".txt")
}

/// A module that is loaded when what is in it is first shown, or one that several such share; the lists that such views read; and languages but the
/// one that stands in for all others.
fn is_part(path: &str) -> bool {
    let is_split = (path.contains("split_") || path.contains("_chunk_")) && path.ends_with(".wasm");
    let is_language = path.ends_with(".ftl") && !path.contains("languages/en.");
    is_split || is_language || path.ends_with(".tsv")
}

fn parts(resolver: &Resolver<'_>) -> Result<String> {
    let paths = resolver.hashed.values().map(|asset| &asset.path).filter(|path| is_part(path));
    Ok(serde_json::to_string(&paths.map(|path| format!("/{path}")).collect::<Vec<_>>())?)
}

fn precache(resolver: &Resolver<'_>, fixed: &[&str]) -> Result<String> {
    let urls: Vec<String> = resolver
        .hashed
        .values()
        .filter(|asset| !is_for_others(&asset.path) && !is_part(&asset.path))
        .map(|asset| format!("/{}", asset.path))
        .chain(fixed.iter().filter(|name| is_precached(name)).map(|name| format!("/{name}")))
        .collect();
    Ok(serde_json::to_string(&urls)?)
}

fn content_type(name: &str) -> Result<&'static str> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    Ok(match extension {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "tsv" => "text/tab-separated-values; charset=utf-8",
        "ftl" | "txt" | "md" => "text/plain; charset=utf-8",
        "mp3" => "audio/mpeg",
        "ogg" | "opus" => "audio/ogg",
        _ => bail!("{name}: no content type is known for this ending; add it to web-pack"),
    })
}

#[cfg(test)]
#[path = "assets/assets_tests.rs"]
mod tests;
