//! Names, references and the bundle's version.

use super::*;

fn source(name: &str, content: &str) -> Source {
    Source { name: name.to_owned(), content: content.as_bytes().to_vec() }
}

fn text<'a>(bundle: &'a Bundle, start: &str) -> &'a str {
    let asset = bundle.assets.iter().find(|asset| asset.path.starts_with(start)).unwrap();
    std::str::from_utf8(&asset.content).unwrap()
}

fn path<'a>(bundle: &'a Bundle, start: &str) -> &'a str {
    &bundle.assets.iter().find(|asset| asset.path.starts_with(start)).unwrap().path
}

#[test]
fn a_page_refers_to_hashed_names() {
    let sources = [source("index.html", "<script src=\"{{asset:boot.js}}\"></script>"), source("boot.js", "1")];
    let bundle = resolve(&sources).unwrap();
    let boot = path(&bundle, "assets/boot.");
    assert_eq!(text(&bundle, "index.html"), format!("<script src=\"/{boot}\"></script>"));
    assert_eq!(boot.len(), "assets/boot.".len() + 16 + ".js".len());
}

#[test]
fn a_changed_leaf_renames_all_that_refer_to_it() {
    let made = |leaf| resolve(&[source("boot.js", "import '{{asset:deep/leaf.js}}'"), source("deep/leaf.js", leaf)]);
    let (one, two) = (made("1").unwrap(), made("2").unwrap());
    assert_ne!(path(&one, "assets/boot."), path(&two, "assets/boot."));
    assert!(path(&one, "assets/deep/leaf.").ends_with(".js"));
    assert_ne!(one.version, two.version);
}

#[test]
fn the_service_worker_keeps_its_name_and_lists_what_to_keep() {
    let sources = [
        source("sw.js", "const V = '{{bundle:version}}', F = {{bundle:precache}}, P = {{bundle:parts}};"),
        source("split_settings.wasm", "later"),
        source("web_ui_chunk_1.wasm", "shared by what is later"),
        source("index.html", ""),
        source("a.css", "x"),
        source("app-512.png", "for the system's list of programs"),
        source("LICENSE.txt", "for lawyers"),
    ];
    let bundle = resolve(&sources).unwrap();
    let css = path(&bundle, "assets/a.");
    let parts = [path(&bundle, "assets/split_settings."), path(&bundle, "assets/web_ui_chunk_1.")];
    let expected = format!(
        "const V = '{}', F = [\"/{css}\",\"/index.html\"], P = [\"/{}\",\"/{}\"];",
        bundle.version, parts[0], parts[1]
    );
    assert_eq!(text(&bundle, "sw.js"), expected);
}

#[test]
fn a_circle_is_refused() {
    let error = resolve(&[source("a.js", "{{asset:b.js}}"), source("b.js", "{{asset:a.js}}")]).unwrap_err();
    assert!(format!("{error:#}").contains("circle"), "{error:#}");
}

#[test]
fn an_unknown_name_is_refused_and_named() {
    let error = format!("{:#}", resolve(&[source("index.html", "{{asset:gone.js}}")]).unwrap_err());
    assert!(error.contains("gone.js") && error.contains("index.html"), "{error}");
}

#[test]
fn two_files_of_one_name_are_refused() {
    assert!(resolve(&[source("a.js", "1"), source("a.js", "2")]).is_err());
}

#[test]
fn a_hashed_file_cannot_say_the_version() {
    assert!(resolve(&[source("a.js", "{{bundle:version}}")]).is_err());
}

#[test]
fn an_ending_without_content_type_is_refused() {
    assert!(resolve(&[source("a.xyz", "1")]).is_err());
}

#[test]
fn a_part_stands_where_it_is_included_and_nowhere_else() {
    let made = |part| {
        resolve(&[
            source("index.html", "<html>{{include:page/head.part}}</html>"),
            source("page/head.part", part),
            source("a.css", "x"),
        ])
    };
    let bundle = made("<link href=\"{{asset:a.css}}\">\n").unwrap();
    let css = path(&bundle, "assets/a.");
    assert_eq!(text(&bundle, "index.html"), format!("<html><link href=\"/{css}\"></html>"));
    assert_eq!(bundle.assets.len(), 2);
    assert_ne!(bundle.version, made("other").unwrap().version);
}

#[test]
fn an_unknown_part_is_refused_and_named() {
    let error = format!("{:#}", resolve(&[source("index.html", "{{include:gone.part}}")]).unwrap_err());
    assert!(error.contains("gone.part") && error.contains("index.html"), "{error}");
}
