//! What a page asks for, and what counts as said.

use super::{filled, told};
use crate::diagnostic::Sub;
use crate::fixture::with_page;

#[test]
fn a_field_that_is_used_is_no_slip_for_another() {
    let page = "# T\n\n## A\n\n- [type]: [types]\n";
    assert_eq!(told(page, "[a]\nitems = [{ type = 'x' }]\n"), ["`x` has no `types`"]);
}

#[test]
fn what_a_label_asks_for_on_a_condition_makes_no_section_optional() {
    let page = "# T\n\n## A\n\n**Plan:**\n\n[If there is one: describe it]\n\n- **Size:** [size]\n";
    assert_eq!(told(page, ""), ["2 placeholders of `A` have no fact"]);
    let second = "# T\n\n## A\n\n[Describe it]\n\n[If it is old: say how old]\n";
    assert_eq!(told(second, ""), ["2 placeholders of `A` have no fact"]);
}

#[test]
fn a_value_in_a_wrong_form_is_the_one_mistake_of_its_section() {
    let page = "# T\n\n## A\n\n[Describe it:]\n\n- **Daily:** [days] of [weeks]\n";
    let expected = ["`a.daily` is a number, but a table with a key for each place belongs there"];
    assert_eq!(told(page, "[a]\ndaily = 3\n"), expected);
}

#[test]
fn a_prompt_that_announces_goes_with_the_one_topic_that_is_left_out() {
    let page = "# T\n\n## A\n\n[Describe it:]\n\n- Pool size\n\n## B\n\nEnd.\n";
    assert_eq!(filled(page, "[a]\npool_size = []\n"), "# T\n\n## A\n\n## B\n\nEnd.\n");
}

#[test]
fn a_fact_of_its_own_goes_before_what_the_words_of_a_place_mean() {
    let page = "# T\n\n## [table_name]\n\n- **Description:** [in short]\n- **Summary:** [in long]\n";
    let table = "[tables.a]\ndescription = 'D'\nsummary = 'S'\ncolumns.id.type = 'int'\n";
    assert!(filled(page, table).ends_with("## a\n\n- **Description:** D\n- **Summary:** S\n"));
    assert!(filled(page, &table.replace("summary = 'S'\n", "")).ends_with("- **Summary:** D\n"));
}

#[test]
fn a_field_with_a_name_of_its_own_is_no_slip_for_another() {
    let page =
        "# T\n\n## [table_name]\n\n**Checks:** [how]\n\n### Description\n\n[What it is]\n\n- **Since:** [release]\n";
    let table = "[tables.a]\ncolumns.id.type = 'int'\ndescription_2.since = 1\nchecks_2 = 'c'\n";
    assert_eq!(told(page, table), ["`a` has no `description`"]);
}

#[test]
fn topics_go_with_the_prompt_above_them_that_is_left_out() {
    let page = "# T\n\n## A\n\n[Describe it]\n\n- Pool size\n\n## B\n\nEnd.\n";
    assert_eq!(filled(page, "[a]\ndescription = []\n"), "# T\n\n## A\n\n## B\n\nEnd.\n");
}

#[test]
fn a_record_without_a_name_leaves_its_section_incomplete() {
    let page = "# T\n\n## A\n\n### [name] ([host])\n\nIt is [what].\n";
    let complete = |facts: &str| {
        with_page(page, facts, |_, filled, _, _| filled.progress.sections.iter().all(|section| section.complete))
    };
    assert!(complete("[[a.items]]\nname = 'a'\nhost = 'h'\nwhat = 'x'\n"));
    assert!(!complete("[[a.items]]\nname = 'a'\nwhat = 'x'\n"));
    assert!(!complete("[[a.items]]\nname = 'a'\nhost = 'h'\n"));
}

#[test]
fn records_are_asked_for_in_braces_where_the_table_around_them_is() {
    let page = "# T\n\n## A\n\n- **Size:** [size]\n\n### Hosts\n\n- **[Name]** - [port]\n";
    let added = with_page(page, "a = { size = 1 }\n", |_, _, _, mut told| match told.pop()?.subs.pop()? {
        Sub::Replace { text, .. } => Some(text),
        _ => None,
    });
    assert_eq!(added.as_deref(), Some(", hosts.items = [{ name = \"\", port = \"\" }]"));
}

#[test]
fn a_section_is_as_complete_as_what_stands_below_it() {
    let complete = |facts: &str| {
        let page = "# T\n\n## A\n\n### B\n\nBy [owner].\n\n### C\n\nAt [place].\n";
        with_page(page, facts, |_, filled, _, _| filled.progress.sections[0].complete)
    };
    assert!(complete("[a]\nb.owner = 'me'\nc.place = 'here'\n"));
    assert!(!complete("[a]\nc.place = 'here'\n") && !complete("[a]\nb.owner = 'me'\n"));
}

#[test]
fn what_a_prompt_announces_is_there_when_every_record_is_complete() {
    let page = "# T\n\n## A\n\n[Describe them:]\n\n### [name] ([host])\n\nIt is [what].\n";
    assert_eq!(told(page, "[[a.items]]\nname = 'a'\nhost = 'h'\nwhat = 'x'\n"), [""; 0]);
    let incomplete = told(page, "[[a.items]]\nname = 'a'\nwhat = 'x'\n");
    assert_eq!(incomplete, ["no fact for `a.description`", "`a` has no `host`"]);
}

#[test]
fn what_a_schema_would_tell_is_asked_for_where_there_is_none() {
    for item in ["- [index_name] on [columns]", "- [table].[column_name]"] {
        assert_eq!(told(&format!("# T\n\n## A\n\n{item}\n"), ""), ["2 placeholders of `A` have no fact"]);
    }
}

#[test]
fn a_slip_in_a_key_at_the_top_is_told() {
    let page = "# T\n\n- **Version:** [version]\n";
    assert_eq!(told(page, "verison = 16\n"), ["no placeholder has the address `verison`"]);
}

#[test]
fn a_heading_that_is_answered_speaks_for_a_section_but_not_for_the_page() {
    let body = "[If any: describe it]\n\n- **Size:** [size]\n";
    let left_out = |name: &str| format!("what `{name}` asks for is left out of the book: nothing is said of it");
    let page = format!("# T\n\n## A of [owner]\n\n{body}");
    let title = format!("# T of [owner]\n\n{body}");
    assert_eq!(told(&title, "owner = 'me'\n"), [left_out("T of [owner]")]);
    assert_eq!(told(&page, "[a_of_owner]\nowner = 'me'\n"), ["2 placeholders of `A of [owner]` have no fact"]);
}

#[test]
fn subsections_of_one_name_are_asked_for_once() {
    let page = "# T\n\n## A\n\n### [name]\n\n#### X\n\n- **Port:** [port]\n\n#### X\n\n- **Port:** [port]\n";
    let missing = with_page(page, "", |_, filled, _, _| filled.missing.clone());
    assert_eq!(missing, ["a.items[]", "a.items[].x.port"]);
}

#[test]
fn what_a_record_holds_is_of_no_schema_whatever_it_is_called() {
    let page = "# T\n\n## A\n\n### [service]\n\n- [index_name] on [columns]\n";
    let facts = "[[a.items]]\nservice = 's'\n[[a.items.items]]\nindex_name = 'i'\ncolumns = 'c'\n";
    assert_eq!(filled(page, facts), "# T\n\n## A\n\n### s\n\n- i on c\n");
}
