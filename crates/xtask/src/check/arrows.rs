//! Which of our crates may depend on which: the table of ARCHITECTURE.md, held against `cargo metadata`.
//! Knows names of crates; not what they do.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::layout::Layout;
use crate::step::Step;

/// May a crate use all of ours, or only those named?
enum Allowed {
    Any,
    Only(&'static [&'static str]),
}

const ARROWS: [(&str, Allowed); 21] = [
    ("breakable", Allowed::Only(&[])),
    ("proto", Allowed::Only(&[])),
    ("identity", Allowed::Only(&["proto"])),
    ("e2ee", Allowed::Only(&["breakable", "proto", "identity"])),
    ("client-api", Allowed::Only(&[])),
    ("client-core", Allowed::Only(&["breakable", "proto", "identity", "e2ee", "client-api"])),
    ("client-driver", Allowed::Only(&["client-core", "client-api", "e2ee", "proto"])),
    ("web-worker", Allowed::Only(&["client-driver", "client-core", "client-api", "e2ee"])),
    ("web-ui", Allowed::Only(&["client-api"])),
    ("cli", Allowed::Only(&["client-driver", "client-core", "client-api"])),
    ("server-store", Allowed::Only(&["breakable", "proto"])),
    ("sfu", Allowed::Only(&["proto"])),
    ("server", Allowed::Only(&["breakable", "proto", "identity", "server-store", "sfu"])),
    (
        "test-world",
        Allowed::Only(&[
            "breakable",
            "client-core",
            "client-api",
            "e2ee",
            "identity",
            "proto",
            "server-store",
            "server",
        ]),
    ),
    ("faulty-disk", Allowed::Only(&[])),
    ("fuzz", Allowed::Only(&["client-core", "client-api", "e2ee", "identity", "proto", "server", "test-world"])),
    ("web-pack", Allowed::Only(&[])),
    ("load", Allowed::Only(&["identity", "proto"])),
    ("e2e", Allowed::Any),
    ("xtask", Allowed::Any),
    // An empty crate that stands in for one nobody uses.
    ("openmls_sqlite_storage", Allowed::Only(&[])),
];

pub(crate) fn metadata(layout: &Layout) -> Result<Value> {
    let text = Step::cargo().args(["metadata", "--format-version", "1", "--no-deps"]).folder(&layout.root).output()?;
    serde_json::from_str(&text).context("cargo metadata wrote no JSON")
}

/// Every arrow that the table does not have, also those of tests: a crate that reaches another in its tests
/// cannot be understood without it.
pub(crate) fn violations(metadata: &Value) -> Result<Vec<String>> {
    let packages = metadata.get("packages").and_then(Value::as_array).context("cargo metadata has no packages")?;
    let mut found = Vec::new();
    for package in packages {
        let name = package.get("name").and_then(Value::as_str).context("a package has no name")?;
        let Some((_, allowed)) = ARROWS.iter().find(|(row, _)| *row == name) else {
            found.push(format!("{name}: not in the table of ARCHITECTURE.md and crates/xtask/src/check/arrows.rs"));
            continue;
        };
        let Allowed::Only(allowed) = allowed else { continue };
        let dependencies = package.get("dependencies").and_then(Value::as_array).context("no dependencies")?;
        let ours = dependencies.iter().filter(|dependency| dependency.get("path").is_some_and(Value::is_string));
        for dependency in ours {
            let target = dependency.get("name").and_then(Value::as_str).context("a dependency has no name")?;
            if !allowed.contains(&target) && target != name {
                found.push(format!("{name} must not depend on {target}"));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, dependency: &str) -> Value {
        json!({"packages": [{"name": name, "dependencies": [
            {"name": dependency, "path": "/checkout/crates/x", "kind": null},
            {"name": "serde", "kind": null},
        ]}]})
    }

    #[test]
    fn the_server_never_reaches_the_cores_that_read_messages() {
        for core in ["e2ee", "client-core"] {
            assert_eq!(violations(&package("server", core)).unwrap().len(), 1, "{core}");
        }
    }

    #[test]
    fn the_pages_know_only_the_client_api() {
        assert_eq!(violations(&package("web-ui", "proto")).unwrap(), ["web-ui must not depend on proto"]);
        assert!(violations(&package("web-ui", "client-api")).unwrap().is_empty());
    }

    #[test]
    fn a_crate_outside_the_table_is_refused() {
        assert_eq!(violations(&package("utils", "proto")).unwrap().len(), 1);
    }

    #[test]
    fn this_workspace_keeps_its_arrows() {
        let layout = Layout::find().unwrap();
        assert_eq!(violations(&metadata(&layout).unwrap()).unwrap(), Vec::<String>::new());
    }
}
