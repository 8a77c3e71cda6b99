//! No source file grows past what a reader holds in mind.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::layout::Layout;

const LINES_MAX: usize = 800;

pub(crate) fn violations(layout: &Layout) -> Result<Vec<String>> {
    let mut found = Vec::new();
    visit(&layout.root.join("crates"), &mut found)?;
    found.sort();
    Ok(found)
}

fn visit(folder: &Path, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "target" && entry.file_name() != "node_modules" {
                visit(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = fs::read_to_string(&path)?.lines().count();
            if lines > LINES_MAX {
                found.push(format!("{}: {lines} lines, {LINES_MAX} are allowed", path.display()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_801_lines_is_too_long() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("crates/one/src");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("fits.rs"), "//\n".repeat(800)).unwrap();
        fs::write(folder.join("long.rs"), "//\n".repeat(801)).unwrap();
        let layout = Layout { root: root.path().to_path_buf(), target: "/t".into(), cache: "/c".into() };
        let found = violations(&layout).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("long.rs"), "{found:?}");
    }
}
