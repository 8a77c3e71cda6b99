//! wasm-bindgen as a library: one compiled module becomes a JavaScript file, a wasm file and snippets.
//! Knows wasm-bindgen's file names; not where files end up.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::assets::{Source, read_folder};
use crate::split::{Split, tied};

/// Adds the files that a page loads for `module`.
pub(crate) fn bind(module: &Path, sources: &mut Vec<Source>) -> Result<()> {
    sources.extend(bound(module, false)?);
    Ok(())
}

/// The same for the main module of those that were taken apart.
pub(crate) fn bind_split(split: &Split, sources: &mut Vec<Source>) -> Result<()> {
    let glue = format!("{}.js", split.main.file_stem().and_then(|stem| stem.to_str()).context("a module has a name")?);
    for mut source in bound(&split.main, true)? {
        if source.name == glue {
            let text = String::from_utf8(source.content).context("glue is UTF-8")?;
            source.content = tied(&text, &split.script)?.into_bytes();
        }
        sources.push(source);
    }
    Ok(())
}

fn bound(module: &Path, split: bool) -> Result<Vec<Source>> {
    let folder = module.with_extension("bound");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    Bindgen::new()
        .input_path(module)
        .web(true)?
        // The page gives the hashed URL itself.
        .omit_default_module_path(true)
        .typescript(false)
        // What the other modules take from this one is exported by the splitter, under names that look like the linker's.
        .keep_lld_exports(split)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .with_context(|| format!("binding {}", module.display()))?;
    let mut bound = Vec::new();
    read_folder(&folder, &mut bound)?;
    for source in bound.iter_mut().filter(|source| source.name.ends_with(".js")) {
        let text = std::str::from_utf8(&source.content).context("glue is UTF-8")?;
        source.content = with_placeholders(text).into_bytes();
    }
    Ok(bound)
}

/// Imports of snippets become placeholders, because snippets are renamed by their content as all files are.
fn with_placeholders(glue: &str) -> String {
    ["'", "\""].iter().fold(glue.to_owned(), |glue, quote| {
        let opening = format!("{quote}./snippets/");
        let mut parts = glue.split(opening.as_str());
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once(quote) {
                Some((path, following)) => {
                    out.push_str(&format!("{quote}{{{{asset:snippets/{path}}}}}{quote}{following}"));
                }
                None => out.push_str(&format!("{opening}{part}")),
            }
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippet_imports_become_placeholders() {
        let glue = "import { a } from './snippets/x-1/inline0.js';\nimport * as b from \"./snippets/y/b.js\";\nf();";
        assert_eq!(
            with_placeholders(glue),
            "import { a } from '{{asset:snippets/x-1/inline0.js}}';\nimport * as b from \"{{asset:snippets/y/b.js}}\";\nf();"
        );
    }
}
