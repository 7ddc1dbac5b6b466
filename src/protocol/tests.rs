//! What comes in and goes out again, byte for byte, and what is refused.

use proptest::prelude::*;

use super::*;

const CONTEXT: &str =
    r#"{"root":"/b","config":{"book":{"src":"docs"}},"renderer":"html","mdbook_version":"0.5.4","later":[1]}"#;

fn input(book: &str) -> Vec<u8> {
    format!("[{CONTEXT},{book}]").into_bytes()
}

fn chapter(path: &str, content: &str, sub_items: &str) -> String {
    format!(
        r#"{{"Chapter":{{"name":"N","content":{content},"number":[1],"sub_items":[{sub_items}],"path":"{path}","source_path":"{path}","parent_names":[]}}}}"#
    )
}

fn written(book: &str, contents: &[(usize, &str)]) -> String {
    let input = input(book);
    let request = parse(&input).unwrap();
    let mut out = Vec::new();
    request.book.write(contents, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn refused(input: &str) -> Refusal {
    parse(input.as_bytes()).map(drop).unwrap_err()
}

#[test]
fn both_generations_come_out_as_they_went_in() {
    for book in [
        r#"{"sections":[],"__non_exhaustive":null}"#.to_owned(),
        format!(
            r#"{{ "items" : [ {}, "Separator",{{"PartTitle":"P"}} ] , "later":{{"x":[1.50]}} }}"#,
            chapter("a.md", r#""t""#, "")
        ),
        format!(
            r#"{{"sections":[{}],"__non_exhaustive":null}}"#,
            chapter("a.md", r#""\u00e9\/""#, &chapter("b.md", r#""""#, ""))
        ),
    ] {
        assert_eq!(written(&book, &[]), book);
    }
}

#[test]
fn the_context_is_read_and_what_is_new_in_it_ignored() {
    let input = input(r#"{"items":[]}"#);
    let context = parse(&input).unwrap().context;
    assert_eq!((context.root.as_str(), context.renderer.as_str()), ("/b", "html"));
    assert_eq!((context.mdbook_version.as_str(), context.config.src.as_str()), ("0.5.4", "docs"));
}

#[test]
fn chapters_are_found_in_the_order_of_the_book() {
    let nested = chapter("b.md", r#""two""#, &chapter("c.md", r#""three""#, ""));
    let draft = r#"{"Chapter":{"name":"D","content":"","number":null,"sub_items":[],"path":null,"source_path":null,"parent_names":[]}}"#;
    let book = format!(
        r#"{{"items":[{},"Separator",{draft},{{"PartTitle":"P"}},{{"Unheard":{{"Chapter":1}}}},{}]}}"#,
        chapter("a.md", r#""one""#, &nested),
        chapter("d.md", r#""four""#, "")
    );
    let input = input(&book);
    let chapters = parse(&input).unwrap().book.chapters;
    let paths: Vec<_> = chapters.iter().map(|chapter| chapter.path.as_deref()).collect();
    assert_eq!(paths, [Some("a.md"), Some("b.md"), Some("c.md"), None, Some("d.md")]);
    let contents: Vec<_> = chapters.iter().map(|chapter| chapter.content().unwrap()).collect();
    assert_eq!(contents, ["one", "two", "three", "", "four"]);
}

#[test]
fn a_chapter_knows_its_file_whatever_its_page_is_called() {
    let input = input(r#"{"items":[{"Chapter":{"content":"a","path":"index.md","source_path":"README.md"}}]}"#);
    let chapter = parse(&input).unwrap().book.chapters.remove(0);
    assert_eq!((chapter.path.as_deref(), chapter.source_path.as_deref()), (Some("index.md"), Some("README.md")));
}

#[test]
fn only_changed_contents_are_encoded_anew() {
    let book = |a: &str, b: &str| format!(r#"{{"items":[{}]}}"#, chapter("a.md", a, &chapter("b.md", b, "")));
    let before = book(r#""\u00e9 stays\/""#, r#""x""#);
    assert_eq!(written(&before, &[(1, "é\n\"quoted\"")]), book(r#""\u00e9 stays\/""#, r#""é\n\"quoted\"""#));
    assert_eq!(written(&before, &[(1, ""), (0, "y")]), book(r#""y""#, r#""""#), "in any order");
}

#[test]
fn content_may_follow_the_chapters_below() {
    let book = r#"{"items":[{"Chapter":{"sub_items":[{"Chapter":{"content":"b","path":"b.md"}}],"content":"a"}}]}"#;
    let changed = r#"{"items":[{"Chapter":{"sub_items":[{"Chapter":{"content":"B","path":"b.md"}}],"content":"A"}}]}"#;
    assert_eq!(written(book, &[(0, "A"), (1, "B")]), changed);
}

#[test]
fn content_without_escapes_is_borrowed() {
    let input = input(&format!(
        r#"{{"items":[{},{}]}}"#,
        chapter("a.md", r#""plain é""#, ""),
        chapter("b.md", r#""a\nb""#, "")
    ));
    let chapters = parse(&input).unwrap().book.chapters;
    assert!(matches!(chapters[0].content(), Some(Cow::Borrowed("plain é"))));
    assert_eq!(chapters[1].content().as_deref(), Some("a\nb"));
}

#[test]
fn what_is_not_mdbooks_is_refused_in_its_own_words() {
    assert_eq!(refused(""), Refusal::Empty);
    assert_eq!(refused(" \n"), Refusal::Empty);
    assert!(matches!(refused("hello"), Refusal::NotJson(_)));
    assert!(matches!(parse(b"[\"\xff\"]"), Err(Refusal::NotJson(_))));
    for json in ["{}", "[]", "[1]", "[1,2]", "42", r#"[{"a":1},{"items":[]}]"#] {
        assert_eq!(refused(json), Refusal::NotMdbook, "{json}");
    }
}

#[test]
fn a_book_of_another_shape_names_both_versions() {
    for book in
        [r#"{"chapters":[]}"#, r#"[]"#, r#"{"items":[],"sections":[]}"#, r#"{"items":[{"Chapter":{"content":1}}]}"#]
    {
        let refusal = refused(&format!("[{CONTEXT},{book}]"));
        assert_eq!(refusal.code(), Some(Code::UnsupportedMdbook), "{book}");
        let text = refusal.to_string();
        assert!(text.contains("mdBook 0.5.4") && text.contains(env!("CARGO_PKG_VERSION")), "{text}");
        assert!(text.contains("0.4 and 0.5"), "{text}");
    }
}

#[test]
fn json_cut_off_anywhere_is_refused() {
    let whole = format!(r#"[{CONTEXT},{{"items":[{}]}}]"#, chapter("a.md", r#""\u00e9""#, ""));
    assert!(parse(whole.as_bytes()).is_ok());
    for end in 1..whole.len() {
        let refusal = refused(&whole[..end]);
        assert!(matches!(refusal, Refusal::Truncated(_)), "{end}: {refusal:?}");
    }
}

#[test]
fn ten_thousand_levels_do_not_overflow_the_stack() {
    let mut book = String::from(r#"{"items":["#);
    book.push_str(&r#"{"Chapter":{"content":"","sub_items":["#.repeat(10_000));
    book.push_str(&"]}}".repeat(10_000));
    book.push_str("]}");
    assert_eq!(refused(&format!("[{CONTEXT},{book}]")), Refusal::TooDeep);
}

#[test]
fn half_a_surrogate_pair_is_no_text_and_stays_as_it_is() {
    let book = format!(r#"{{"items":[{}]}}"#, chapter("a.md", r#""\ud83d [a.b]""#, ""));
    let input = input(&book);
    assert_eq!(parse(&input).unwrap().book.chapters[0].content(), None);
    assert_eq!(written(&book, &[]), book);
}

#[test]
fn a_book_of_another_shape_is_refused_with_what_was_expected() {
    for (book, expected) in [
        ("5", "expected a book with `items` or `sections`"),
        (r#"{"items":5}"#, "expected a list of chapters, part titles and separators"),
        (r#"{"items":[5]}"#, "expected a chapter, a part title or a separator"),
        (r#"{"items":[{"Chapter":5}]}"#, "expected a chapter with `content`"),
        (r#"{"items":[{"Chapter":{"content":"","path":5}}]}"#, "expected a string"),
    ] {
        let refusal = refused(&format!("[{CONTEXT},{book}]")).to_string();
        assert!(refusal.contains(expected), "{book}: {refusal}");
    }
}

#[test]
fn a_content_that_is_no_text_is_named_as_such() {
    let input = format!("[{CONTEXT},{{\"items\":[{}]}}]", chapter("a.md", "3", ""));
    let told = refused(&input).to_string();
    assert!(told.contains("a string"), "{told}");
}

#[test]
fn what_is_wrong_behind_a_content_is_told_at_its_own_place() {
    let content = r#""a long text, \"quoted\", of many bytes""#;
    let json = format!("[{CONTEXT},{{\"items\":[{}}}]", chapter("a.md", content, ""));
    let error = serde_json::from_str::<serde_json::Value>(&json).unwrap_err();
    assert_eq!(refused(&json), Refusal::NotJson(error.to_string()));
}

#[test]
fn what_is_wrong_in_the_context_is_told_at_its_own_place() {
    let json =
        r#"[ {"root":"/b","config":{"content":"an \escape"},"renderer":"html","mdbook_version":"0.5.4"},{"items":[]}]"#;
    let error = serde_json::from_str::<serde_json::Value>(json).unwrap_err();
    assert_eq!(refused(json), Refusal::NotJson(error.to_string()));
    let number = "\n [{\"root\":5,\"config\":{},\"renderer\":\"html\",\"mdbook_version\":\"0.5.4\"},{\"items\":[]}]";
    let told = refused(number).to_string();
    assert!(told.contains("expected a string at line 2 column 11"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A reader that takes the contents out first finds what one does that walks through them, or the same mistake.
    #[test]
    fn contents_that_are_taken_out_change_nothing(
        parts in prop::collection::vec(prop::sample::select(vec![
            r#"{"items":["#, r#"{"sections":["#, r#"{"Chapter":{"#, r#""content":""#, r#""content": ""#, r#"\"content":""#,
            r#""path":""#, r#""sub_items":["#, "text", "\\n", "\\\\", "\\\"", "\"", "\",", "\"}}", "]", "]}", "}", ",", "null",
            "é", "\u{1f600}",
        ]), 0..24),
    ) {
        let json = format!("[{CONTEXT},{}]", parts.concat());
        let direct = read(&json);
        match (parse(json.as_bytes()), direct) {
            (Ok(request), Ok((_, chapters))) => {
                let places = |chapters: &[Chapter<'_>]| chapters.iter().map(|chapter| {
                    (chapter.path.clone().map(Cow::into_owned), range_in(&json, chapter.raw).unwrap())
                }).collect::<Vec<_>>();
                prop_assert_eq!(places(&request.book.chapters), places(&chapters));
            }
            (Err(told), Err(error)) => prop_assert_eq!(told, refusal(&json, &error)),
            (read, direct) => prop_assert!(false, "{read:?}, {direct:?}"),
        }
    }

    /// The same for books as mdBook writes them, whatever stands in their chapters.
    #[test]
    fn whatever_stands_in_a_content_its_chapter_is_found(
        texts in prop::collection::vec("[\"\\\\n:,{}a-cé]{0,12}(\"content\":\")?[\"\\\\n]{0,4}", 0..6),
    ) {
        let chapters: Vec<_> = texts.iter().enumerate()
            .map(|(number, text)| chapter(&format!("{number}.md"), &serde_json::to_string(text).unwrap(), "")).collect();
        let input = input(&format!(r#"{{"items":[{}]}}"#, chapters.join(",")));
        let found = parse(&input).unwrap().book.chapters;
        for (number, (text, chapter)) in texts.iter().zip(&found).enumerate() {
            prop_assert_eq!(chapter.path.as_deref().unwrap(), format!("{number}.md"));
            prop_assert_eq!(&chapter.content().unwrap(), text);
        }
        prop_assert_eq!(found.len(), texts.len());
    }
}
