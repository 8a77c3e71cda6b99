//! How texts are read, written down as a page would be: `<b>`, `<i>`, `<s>`, `<c>` for code, `<pre>`, `<q>`, `<li>` and `<a>`.

use super::*;
use proptest::prelude::*;

fn spans(spans: &[Span<'_>]) -> String {
    let one = |span: &Span<'_>| match span {
        Span::Text(text) => (*text).to_owned(),
        Span::Code(code) => format!("<c>{code}</c>"),
        Span::Link { text, .. } => format!("<a>{text}</a>"),
        Span::Mention(name) => format!("<m>{name}</m>"),
        Span::Styled(style, inner) => {
            let name = match style {
                Style::Bold => "b",
                Style::Italic => "i",
                Style::Struck => "s",
            };
            format!("<{name}>{}</{name}>", self::spans(inner))
        }
    };
    spans.iter().map(one).collect()
}

fn page(text: &str) -> String {
    page_of(&parse(text))
}

fn page_of(rich: &Rich<'_>) -> String {
    let block = |block: &Block<'_>| match block {
        Block::Text(text) => spans(text),
        Block::Code(code) => format!("<pre>{code}</pre>"),
        Block::Quote(said) => format!("<q>{}</q>", spans(said)),
        Block::Bullets(items) => items.iter().map(|item| format!("<li>{}</li>", spans(item))).collect(),
        Block::Numbers(items) => items.iter().map(|(at, item)| format!("<li {at}>{}</li>", spans(item))).collect(),
    };
    rich.blocks.iter().map(block).collect::<Vec<_>>().join("|")
}

fn check(cases: &[(&str, &str, &str)]) {
    for (text, seen, read) in cases {
        assert_eq!(page(text), *seen, "{text:?}");
        assert_eq!(plain(text), *read, "{text:?}");
    }
}

/// Where nothing is a mark.
fn check_plain(texts: &[&str]) {
    for text in texts {
        check(&[(text, text, text)]);
    }
}

#[test]
fn looks_hug_their_words() {
    check(&[
        ("*bold* _italic_ ~struck~", "<b>bold</b> <i>italic</i> <s>struck</s>", "bold italic struck"),
        ("*_both_* and ~_*all*_~!", "<b><i>both</i></b> and <s><i><b>all</b></i></s>!", "both and all!"),
        ("(*a b*), \"_c_\"; ¿*d*?", "(<b>a b</b>), \"<i>c</i>\"; ¿<b>d</b>?", "(a b), \"c\"; ¿d?"),
        ("_snake_case_", "<i>snake_case</i>", "snake_case"),
        ("*5 * 3*", "<b>5 * 3</b>", "5 * 3"),
        ("*note: this is *new*", "*note: this is <b>new</b>", "*note: this is new"),
        ("*a _b* c_", "<b>a _b</b> c_", "a _b c_"),
        ("*one*\n*two", "<b>one</b>\n*two", "one\n*two"),
        ("**bold**", "*<b>bold</b>*", "*bold*"),
        ("他说：*重要*。", "他说：<b>重要</b>。", "他说：重要。"),
        ("קרא *זה* עכשיו", "קרא <b>זה</b> עכשיו", "קרא זה עכשיו"),
    ]);
    check_plain(&[
        "2 * 3 * 4",
        "2*3*4",
        "snake_case_name and another_one_",
        "a * b*",
        "*a *",
        "*a",
        "a*",
        "*a\nb*",
        "** __ ~~ *** ~~~~ *_*",
        "~5 or 6, ~7",
        "^_^ and ^_^ or -_- and -_- ¯\\_(ツ)_/¯",
        "f*** a**",
        "",
        "*",
    ]);
}

#[test]
fn nothing_in_code_or_in_an_address_is_a_mark() {
    check(&[
        ("`*a*` *`b`*", "<c>*a*</c> <b><c>b</c></b>", "*a* b"),
        ("*a `b* c`", "*a <c>b* c</c>", "*a b* c"),
        ("an ```in line``` one", "an <c>in line</c> one", "an in line one"),
        ("```whole line```", "<pre>whole line</pre>", "whole line"),
        (
            "see:```\nfn *a*() {}\n\n  _b_\n```\nso",
            "see:|<pre>fn *a*() {}\n\n  _b_</pre>|so",
            "see:fn *a*() {}\n\n  _b_\nso",
        ),
        ("```a\nb``` c ```d```", "<pre>a\nb</pre>| c <c>d</c>", "a\nb c d"),
        (
            "https://a.b/x_y_z _c_ *www.a.b*",
            "<a>https://a.b/x_y_z</a> <i>c</i> <b><a>www.a.b</a></b>",
            "https://a.b/x_y_z c www.a.b",
        ),
        ("_see https://a.b/c_d_", "<i>see <a>https://a.b/c_d</a></i>", "see https://a.b/c_d"),
        ("`https://a.b`", "<c>https://a.b</c>", "https://a.b"),
    ]);
    check_plain(&["`a", "``", "` `", "```a", "``` ```", "``````", "a `\nb`"]);
}

#[test]
fn lists_and_quotes_are_of_lines() {
    check(&[
        ("- a\n- *b*\n* c", "<li>a</li><li><b>b</b></li><li>c</li>", "- a\n- b\n* c"),
        ("1. a\n2. b\n10. c", "<li 1>a</li><li 2>b</li><li 10>c</li>", "1. a\n2. b\n10. c"),
        ("first\n- a\n\nlast", "first|<li>a</li>|last", "first\n- a\n\nlast"),
        ("> said\n> *so*\nno", "<q>said\n<b>so</b></q>|no", "said\nso\nno"),
        ("> one\n\n> two", "<q>one</q>|<q>two</q>", "one\n\ntwo"),
        ("> ```a``` ```b\n> c```", "<q><c>a</c> ```b\nc```</q>", "a ```b\nc```"),
    ]);
    check_plain(&[
        "-a",
        "- ",
        "-  a",
        "*\ta",
        "1.a",
        "1. ",
        "1990. It was",
        ">a",
        "> ",
        ">",
        "a > b",
        "99999999. a",
        ". a",
    ]);
}

#[test]
fn whom_a_text_names_is_one_piece_in_which_nothing_is_a_mark() {
    let named = |text: &str, names: &[&str]| {
        let place = |name: &&str| text.find(name).map(|at| at..at + name.len()).expect("it is there");
        page_of(&parse_naming(text, &names.iter().map(place).collect::<Vec<_>>()))
    };
    assert_eq!(
        named("hi @*Star* _x_, *so @Bo_b*", &["@*Star*", "@Bo_b"]),
        "hi <m>@*Star*</m> <i>x</i>, <b>so <m>@Bo_b</m></b>"
    );
    assert_eq!(named("- @A\n- @B b", &["@A", "@B b"]), "<li><m>@A</m></li><li><m>@B b</m></li>");
    assert_eq!(
        named("> see @www.a.example/ www.b.example", &["@www.a.example/"]),
        "<q>see <m>@www.a.example/</m> <a>www.b.example</a></q>"
    );
    assert_eq!(named("`@A` @B", &["@A", "@B"]), "<c>@A</c> <m>@B</m>", "code is code");
    assert_eq!(named("@A\nb", &["@A\nb"]), "@A\nb", "over two lines nobody is named");
}

#[test]
fn parts_of_a_text_are_seen_as_in_the_whole() {
    let parts = ["see *bo", "ld", "* and `co", "de`*", ""];
    assert_eq!(plain_parts(parts.into_iter()), ["see bo", "ld", " and co", "de*", ""]);
}

fn links(text: &str) -> Vec<String> {
    fn of(spans: Vec<Span<'_>>, found: &mut Vec<String>) {
        for span in spans {
            match span {
                Span::Link { address, .. } => found.push(address),
                Span::Styled(_, inner) => of(inner, found),
                Span::Text(_) | Span::Code(_) | Span::Mention(_) => {}
            }
        }
    }
    let mut found = Vec::new();
    for block in parse(text).blocks {
        if let Block::Text(spans) = block {
            of(spans, &mut found);
        }
    }
    found
}

#[test]
fn addresses_are_found_without_the_sentence_around_them() {
    for (text, wanted) in [
        ("see https://example.org/a?b=c.", vec!["https://example.org/a?b=c"]),
        ("(http://a.b/c) and http://d.e/f_(g)", vec!["http://a.b/c", "http://d.e/f_(g)"]),
        ("javascript:alert(1) http https:// http", vec![]),
        ("xhttp://no.where", vec![]),
        ("schön: https://bücher.example/ä!\nhttps://x.y", vec!["https://bücher.example/ä", "https://x.y"]),
        ("Https://example.org", vec!["Https://example.org"]),
        ("see http://www.example.org/", vec!["http://www.example.org/"]),
        ("www.example.org", vec!["https://www.example.org"]),
        ("Www.Example.org/a?b=www.c.d.", vec!["https://Www.Example.org/a?b=www.c.d"]),
        ("(www.example.org:80), www.bücher.example!", vec!["https://www.example.org:80", "https://www.bücher.example"]),
        ("www. www.. www.example www.a..b www.@x.y www.example.", vec![]),
        ("xwww.example.org me@www.example.org a.www.example.org", vec![]),
        ("whowwww. who http://", vec![]),
        ("_https://a.b_ _www.a.b_ ~https://c.d~", vec!["https://a.b", "https://www.a.b", "https://c.d"]),
        ("", vec![]),
    ] {
        assert_eq!(links(text), wanted, "{text}");
    }
}

/// All that is seen, without line breaks and the marks of lists.
fn leaves(rich: &Rich<'_>) -> String {
    fn of(spans: &[Span<'_>], depth: usize, seen: &mut String) {
        assert!(depth <= 3, "no style stands in itself");
        for span in spans {
            match span {
                Span::Text(text) | Span::Code(text) | Span::Mention(text) | Span::Link { text, .. } => {
                    seen.push_str(text)
                }
                Span::Styled(_, inner) => of(inner, depth + 1, seen),
            }
        }
    }
    let mut seen = String::new();
    for block in &rich.blocks {
        match block {
            Block::Text(spans) | Block::Quote(spans) => of(spans, 0, &mut seen),
            Block::Code(code) => seen.push_str(code),
            Block::Bullets(items) => items.iter().for_each(|item| of(item, 0, &mut seen)),
            Block::Numbers(items) => items.iter().for_each(|(_, item)| of(item, 0, &mut seen)),
        }
    }
    seen.replace('\n', "")
}

/// Made of what means something.
fn text() -> impl Strategy<Value = String> {
    let parts = [
        "*",
        "_",
        "~",
        "`",
        "```",
        "\n",
        " ",
        "> ",
        "- ",
        "* ",
        "1. ",
        "a",
        "é",
        "字",
        "👍🏽",
        "https://a.b/c_d",
        "www.x.y",
        "(",
        ")",
        ".",
        "\u{202e}",
    ];
    proptest::collection::vec(proptest::sample::select(parts.to_vec()), 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn what_is_seen_is_the_text_without_its_marks(text in prop_oneof![text(), any::<String>()]) {
        let rich = parse(&text);
        let marks: String = rich.marks.iter().map(|mark| &text[mark.clone()]).collect();
        prop_assert!(marks.chars().all(|mark| "*_~`> \n".contains(mark) || mark.is_whitespace()), "{marks:?}");
        prop_assert!(rich.marks.windows(2).all(|pair| pair[0].end <= pair[1].start), "{:?}", rich.marks);
        // Those of lists are seen, but are no words of an item.
        let read = plain(&text);
        let lines = read.split('\n').count();
        let list_marks = read.len() - read.matches('\n').count() - leaves(&rich).len();
        prop_assert!(list_marks <= lines * 5, "{read:?}");
        if !text.contains("- ") && !text.contains("* ") && !text.contains(". ") {
            prop_assert_eq!(leaves(&rich), read.replace('\n', ""));
        }
    }

    #[test]
    fn whoever_is_named_the_text_is_the_same(text in text(), from in 0..60_usize, len in 0..20_usize) {
        let range = text.floor_char_boundary(from)..text.floor_char_boundary(from + len);
        let rich = parse_naming(&text, std::slice::from_ref(&range));
        let seen: String = rich.kept(text.len()).into_iter().filter_map(|kept| text.get(kept)).collect();
        prop_assert!(seen.len() <= text.len());
        prop_assert!(rich.marks.windows(2).all(|pair| pair[0].end <= pair[1].start), "{:?}", rich.marks);
        prop_assert!(page_of(&rich).matches("<m>").count() <= 1);
    }

    #[test]
    fn what_has_no_marks_is_seen_as_it_is(text in "[^*_~`>]{0,40}") {
        prop_assert_eq!(plain(&text), text);
    }
}

/// Nothing is looked through again and again: of what grows by the square a text of this length would take minutes.
#[test]
fn a_text_longer_than_any_is_read_at_once() {
    const PARTS: [&str; 17] = [
        "*",
        "*a ",
        "_a *b ~c ",
        "`",
        "``",
        "```",
        "```a\n",
        "``` ",
        "(www.a.b),x ",
        "(www.!",
        "(www.a.b),",
        "http://,",
        "https://a))",
        "> ",
        "> `a\n",
        "1. ",
        "- *a* ",
    ];
    for part in PARTS {
        let text = part.repeat((1 << 20) / part.len());
        // In quadratic time this would not end.
        assert!(!parse(&text).blocks.is_empty(), "{part:?}");
    }
}
