//! Takes one compiled module apart at the functions that are marked for it: a main module, which is bound as any other, modules that
//! are loaded when they are wanted, and the script that loads them. Knows the splitter's output; not where files end up.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use wasm_split_cli_support::{Options, transform};

use crate::assets::Source;

/// How the splitter's script asks for a module.
const FETCH: (&str, &str) = ("fetch(new URL(\"./", ".wasm\", import.meta.url))");

/// What the script says to the page when the server has a module no longer: it serves another version of the program.
const FETCH_PART: &str = r#"
async function fetchPart(url) {
    const answer = await fetch(url);
    if (answer.status === 404) dispatchEvent(new Event("heliograph-part-gone"));
    return answer;
}
"#;

/// A module that was taken apart.
pub(crate) struct Split {
    /// Still to be bound.
    pub(crate) main: PathBuf,
    /// The name of the script that loads the others, which the main module's glue imports.
    pub(crate) script: String,
}

/// Adds the script and the modules that it loads.
pub(crate) fn split(module: &Path, sources: &mut Vec<Source>) -> Result<Split> {
    let name = module.file_stem().and_then(|stem| stem.to_str()).context("a module has a name")?;
    let folder = module.with_extension("split");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let main = folder.join(format!("{name}.wasm"));
    let script = format!("{name}_parts.js");
    let input = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let link_name = format!("./{script}");
    let mut options = Options::new(&input);
    options.output_dir = &folder;
    options.main_out_path = &main;
    options.link_name = &link_name;
    options.main_module = GLUE;
    options.emit_dwarf = false;
    let parts = transform(options).map_err(|error| anyhow!("splitting {}: {error:#}", module.display()))?;
    for part in &parts.split_modules {
        let file = part.file_stem().and_then(|stem| stem.to_str()).context("a part has a name")?;
        sources.push(Source { name: part_name(name, file), content: without_custom_sections(&fs::read(part)?)? });
    }
    let written = fs::read_to_string(folder.join(&script))?;
    sources.push(Source { name: script.clone(), content: with_placeholders(name, &written)?.into_bytes() });
    Ok(Split { main, script })
}

/// Ties the glue to the script: the script cannot import the glue, as files that refer to each other have no hashes.
pub(crate) fn tied(glue: &str, script: &str) -> Result<String> {
    // The name alone also stands in the glue, as what the module calls the script.
    let (head, import) = (" from ", format!("\"./{script}\""));
    let imported = glue.matches(&format!("{head}{import}")).count();
    ensure!(imported > 0, "the glue does not import {script}");
    let placeholder = format!("\"{{{{asset:{script}}}}}\"");
    let glue = glue.replace(&format!("{head}{import}"), &format!("{head}{placeholder}"));
    Ok(format!("{glue}\nimport {{ tie }} from {placeholder};\ntie(initSync);\n"))
}

/// Stands where the splitter's script would import the glue.
const GLUE: &str = "GLUE";

fn part_name(module: &str, part: &str) -> String {
    format!("{module}_{part}.wasm")
}

fn with_placeholders(module: &str, script: &str) -> Result<String> {
    let import = format!("import {{ initSync }} from \"{GLUE}\";\n");
    ensure!(script.matches(&import).count() == 1, "the splitter's script does not import the glue as it did");
    let script = script.replace(&import, "let initSync;\nexport function tie(glue) {\n    initSync = glue;\n}\n");
    let mut pieces = script.split(FETCH.0);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (part, following) =
            piece.split_once(FETCH.1).context("the splitter's script fetches otherwise than it did")?;
        out.push_str(&format!("fetchPart(\"{{{{asset:{}}}}}\"){following}", part_name(module, part)));
    }
    ensure!(!out.contains("import.meta"), "the splitter's script fetches otherwise than it did");
    Ok(out + FETCH_PART)
}

/// Custom sections are for people and tools, mostly names; in the bound main module there are none, either.
fn without_custom_sections(module: &[u8]) -> Result<Vec<u8>> {
    const CUSTOM: u8 = 0;
    let (head, mut left) = module.split_at_checked(8).context("a wasm module has a head")?;
    let mut out = head.to_vec();
    while let Some((id, after_id)) = left.split_first() {
        let (length, after_length) = unsigned(after_id)?;
        let (_, next) = after_length.split_at_checked(length).context("a wasm section is cut short")?;
        let section = left.get(..left.len() - next.len()).context("a section is in its module")?;
        if *id != CUSTOM {
            out.extend_from_slice(section);
        }
        left = next;
    }
    Ok(out)
}

/// A number as WebAssembly writes it (LEB128, 32 bits), and what follows it.
fn unsigned(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut value = 0_u64;
    for (position, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return Ok((usize::try_from(value)?, bytes.get(position + 1..).unwrap_or_default()));
        }
    }
    bail!("a wasm section has no length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_no_custom_sections_and_keep_all_others() {
        let long: Vec<u8> = [vec![11, 0x80, 1], vec![7; 128]].concat();
        let whole = [b"\0asm\x01\0\0\0".as_slice(), &[0, 2, 1, b'n'], &[1, 1, 0], &[0, 1, 0], &long].concat();
        let kept = [b"\0asm\x01\0\0\0".as_slice(), &[1, 1, 0], &long].concat();
        assert_eq!(without_custom_sections(&whole).unwrap(), kept);
        for cut in 0..8 {
            assert!(without_custom_sections(&whole[..cut]).is_err(), "{cut}");
        }
        assert!(without_custom_sections(&whole[..whole.len() - 1]).is_err());
        assert!(without_custom_sections(b"\0asm\x01\0\0\0\x01\xff\xff\xff\xff\xff").is_err());
    }

    #[test]
    fn the_script_names_parts_by_placeholders_and_imports_no_glue() {
        let script = "import { initSync } from \"GLUE\";\nlet a = () => {\n const src = fetch(new URL(\"./split_b.wasm\", import.meta.url));\n src.catch();";
        let made = with_placeholders("web_ui", script).unwrap();
        assert!(made.contains("const src = fetchPart(\"{{asset:web_ui_split_b.wasm}}\");\n src.catch();"), "{made}");
        assert!(made.contains("export function tie(glue)") && !made.contains("GLUE"), "{made}");
    }

    #[test]
    fn a_script_of_another_splitter_stops_the_build() {
        assert!(with_placeholders("web_ui", "import * as wasm from \"GLUE\";\n").is_err());
        let script = "import { initSync } from \"GLUE\";\nfetch(new URL('./b.wasm', import.meta.url))";
        assert!(with_placeholders("web_ui", script).is_err());
        assert!(tied("import * as other from './other.js';", "web_ui_parts.js").is_err());
    }

    #[test]
    fn the_glue_is_tied_to_the_script() {
        let made = tied(
            "import * as parts from \"./web_ui_parts.js\";\nf({ \"./web_ui_parts.js\": parts });",
            "web_ui_parts.js",
        )
        .unwrap();
        assert!(
            made.starts_with(
                "import * as parts from \"{{asset:web_ui_parts.js}}\";\nf({ \"./web_ui_parts.js\": parts });"
            ),
            "{made}"
        );
        assert!(made.ends_with("tie(initSync);\n"), "{made}");
    }
}
