//! Every language says every message, with what is to be filled in, and nothing else.

use super::*;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Messages by name, each with the arguments of all its variants together and with whether it is told in one piece.
type Messages = BTreeMap<String, BTreeSet<String>>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("web/languages")
}

fn text_of(tag: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{tag}.ftl"))).unwrap_or_else(|error| panic!("{tag}: {error}"))
}

fn resource(tag: &str) -> Resource<String> {
    fluent_syntax::parser::parse(text_of(tag)).unwrap_or_else(|(_, errors)| panic!("{tag}: {errors:?}"))
}

fn messages(tag: &str) -> Messages {
    let mut messages = Messages::new();
    for entry in resource(tag).body {
        let Entry::Message(message) = entry else { continue };
        let mut args = BTreeSet::new();
        arguments(message.value.as_ref().expect("a message has a value"), &mut args);
        let before = messages.insert(message.id.name.clone(), args);
        assert!(before.is_none(), "{tag}: {} stands there twice", message.id.name);
    }
    messages
}

fn arguments(pattern: &Pattern<String>, args: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => of_inline(inline, args),
                Expression::Select { selector, variants } => {
                    of_inline(selector, args);
                    variants.iter().for_each(|variant| arguments(&variant.value, args));
                }
            }
        }
    }
}

fn of_inline(inline: &InlineExpression<String>, args: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            args.insert(id.name.clone());
        }
        InlineExpression::StringLiteral { .. } => {}
        other => panic!("messages use arguments and literals alone: {other:?}"),
    }
}

/// What the code asks for, with what it fills in: names within `says!`, and `told!` with its arguments; and what `boot.js` reads.
fn asked_for() -> Messages {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words");
    let mut files = vec![source.with_extension("rs")];
    let mut folders = vec![source];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("words") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let mut names = Messages::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("words");
        for told in text.split("told!(").skip(1) {
            let (name, args) = of_call(told);
            let known = names.entry(name.clone()).or_insert_with(|| args.clone());
            assert_eq!(*known, args, "{name} is told with other arguments elsewhere");
        }
        for says in text.split("says! {").skip(1) {
            let block = says.split('}').next().unwrap_or_default();
            let lines = block.lines().map(str::trim);
            let said = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
            names.extend(said.map(|name| (name.to_owned(), BTreeSet::new())));
        }
    }
    for name in include_str!("../../web/boot.js").split("told(\"").skip(1).filter_map(|told| told.split('"').next()) {
        let args = ["link", "missing"].iter().filter(|arg| english_line(name).contains(&format!("{{ ${arg} }}")));
        names.entry(name.to_owned()).or_insert_with(|| args.map(|arg| (*arg).to_owned()).collect());
    }
    names
}

fn english_line(name: &str) -> String {
    text_of("en").lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap_or_default().to_owned()
}

/// The name and the arguments of what stands behind `told!(`.
fn of_call(text: &str) -> (String, BTreeSet<String>) {
    let mut depth = 0_usize;
    let mut pieces = vec![String::new()];
    for sign in text.chars() {
        match sign {
            ')' if depth == 0 => break,
            ',' if depth == 0 => {
                pieces.push(String::new());
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(sign);
        }
    }
    let mut pieces = pieces.into_iter().map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty());
    let name = pieces.next().unwrap_or_default();
    let args = pieces.map(|piece| piece.split(':').next().unwrap_or_default().to_owned()).collect();
    (name, args)
}

#[test]
fn english_says_what_is_asked_for_and_no_more() {
    let (english, told) = (messages("en"), asked_for());
    let names = |messages: &Messages| messages.keys().cloned().collect::<BTreeSet<_>>();
    let (said, asked) = (names(&english), names(&told));
    let missing: Vec<_> = asked.difference(&said).collect();
    assert!(missing.is_empty(), "en.ftl does not have {missing:?}");
    let idle: Vec<_> = said.difference(&asked).collect();
    assert!(idle.is_empty(), "nobody asks for {idle:?}");
    for (name, args) in &told {
        assert_eq!(english.get(name), Some(args), "what {name} is told with");
    }
}

#[test]
fn all_languages_say_the_same_messages_with_the_same_arguments() {
    let english = messages("en");
    for (tag, _) in LANGUAGES {
        let said = messages(tag);
        let names = |messages: &Messages| messages.keys().cloned().collect::<BTreeSet<_>>();
        let missing: Vec<_> = names(&english).difference(&names(&said)).cloned().collect();
        assert!(missing.is_empty(), "{tag}: not translated: {missing:?}");
        for (name, args) in said {
            let wanted = english.get(&name).unwrap_or_else(|| panic!("{tag}: {name} is no message of English"));
            assert_eq!(&args, wanted, "{tag}: the arguments of {name}");
        }
    }
}

#[test]
fn every_file_of_words_is_a_language_and_boot_js_knows_them_all() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .expect("languages")
        .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let known: BTreeSet<String> = LANGUAGES.iter().map(|(tag, _)| (*tag).to_owned()).collect();
    assert_eq!(files, known);
    let boot = include_str!("../../web/boot.js");
    for tag in &known {
        assert!(boot.contains(&format!("{tag}: \"{{{{asset:languages/{tag}.ftl}}}}\"")), "boot.js does not know {tag}");
    }
    let turned: Vec<String> = RIGHT_TO_LEFT.iter().map(|tag| format!("\"{tag}\"")).collect();
    assert!(
        boot.contains(&format!("const RIGHT_TO_LEFT = [{}]", turned.join(", "))),
        "the page turns with its language"
    );
}

/// What `boot.js` reads line by line, without Fluent.
#[test]
fn what_is_said_before_the_pages_begin_stands_in_one_line_each() {
    let boot = include_str!("../../web/boot.js");
    let names: Vec<&str> = boot.split("told(\"").skip(1).filter_map(|told| told.split('"').next()).collect();
    assert!(names.len() > 6);
    for (tag, _) in LANGUAGES {
        let text = text_of(tag);
        for name in &names {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} = "))).unwrap_or_default();
            assert!(!line.trim().is_empty(), "{tag}: {name} does not stand in one line");
            let fillings = messages(tag).get(*name).map_or(0, BTreeSet::len);
            assert_eq!(line.matches('{').count(), fillings, "{tag}: {name} has other braces");
        }
    }
}

/// No word of English is left by an oversight: what has several words differs.
#[test]
fn sentences_differ_from_english() {
    let sentences = |tag: &str| -> BTreeMap<String, String> {
        let text = text_of(tag);
        let lines = text.lines().filter_map(|line| line.split_once(" = "));
        lines
            .filter(|(_, said)| said.split(' ').filter(|word| word.chars().all(char::is_alphabetic)).count() > 3)
            .map(|(name, said)| (name.to_owned(), said.to_owned()))
            .collect()
    };
    let english = sentences("en");
    for (tag, _) in LANGUAGES.iter().filter(|(tag, _)| *tag != "en") {
        let same: Vec<String> = sentences(tag)
            .into_iter()
            .filter(|(name, said)| english.get(name) == Some(said))
            .map(|(name, _)| name)
            .collect();
        assert!(same.is_empty(), "{tag}: as in English: {same:?}");
    }
}

fn german() -> &'static Language {
    let formats = Formats { group: ".".to_owned(), ..Formats::english() };
    Box::leak(Box::new(Language::new("de", text_of("de"), formats)))
}

#[test]
fn plurals_are_those_of_the_language() {
    let forms = |tag: &str, counts: &[u32]| -> BTreeSet<String> {
        let language = Language::new(tag, text_of(tag), Formats::english());
        let said = |count: &u32| {
            let mut args = FluentArgs::new();
            args.set("n", *count);
            language.said("minutes", Some(&args)).replace(&count.to_string(), "")
        };
        counts.iter().map(said).collect()
    };
    assert_eq!(forms("en", &[1, 2, 11, 100]).len(), 2);
    assert!(forms("ar", &[1, 2, 3, 11]).len() > 3, "one, two, few and many");
}

#[test]
fn words_are_found_once_and_what_is_not_there_is_its_name() {
    let language = german();
    assert!(std::ptr::eq(language.word("you_said"), language.word("you_said")), "what is put together is kept");
    assert_eq!(language.word("no_such_message"), "no_such_message");
}

#[test]
fn times_and_numbers_are_written_by_the_formats() {
    let halves = Some(["AM".to_owned(), "PM".to_owned()]);
    let formats = Formats { halves, group: ".".to_owned(), decimal: ",".to_owned(), ..Formats::english() };
    let times = [(0, 5), (9, 0), (12, 30), (23, 59)].map(|(hour, minute)| formats.time(hour, minute));
    assert_eq!(times, ["12:05\u{a0}AM", "9:00\u{a0}AM", "12:30\u{a0}PM", "11:59\u{a0}PM"]);
    assert_eq!(formats.grouped(1_234_567), "1.234.567");
    assert_eq!(formats.grouped(999), "999");
    assert_eq!(formats.tenths(1.54), "1,5");
    assert_eq!(Formats::english().time(23, 59), "23:59");
}
