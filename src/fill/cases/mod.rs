//! What filling does at each kind of place, told of small pages.

mod asked;
mod written;

use crate::diagnostic::{Diagnostic, Sub};
use crate::fill::Status;
use crate::fixture::with_page;

fn titles(told: Vec<Diagnostic>) -> Vec<String> {
    told.into_iter().map(|diagnostic| diagnostic.title).collect()
}

/// The titles of what there is to say of a page.
fn told(page: &str, facts: &str) -> Vec<String> {
    with_page(page, facts, |_, _, _, told| titles(told))
}

/// A page of which there is nothing to say.
fn filled(page: &str, facts: &str) -> String {
    with_page(page, facts, |_, filled, _, told| {
        assert_eq!(titles(told), [""; 0], "{page}\n{facts}");
        filled.text.clone()
    })
}

/// What a section may hold, facts that answer it or leave it out, and whether anything of it stays on the page.
const PARTS: &[(&str, &str, bool)] = &[
    ("- **Daily:** [days]\n", "daily = 7", true),
    ("- **Daily:** [days]\n", "daily = []", false),
    ("- **Daily:** [days] of [weeks]\n", "daily = []", false),
    ("**Kept:**\n- **Daily:** [days]\n", "kept = []", false),
    ("- [first day]\n- [last day]\n", "first_day = 1\nlast_day = 2", true),
    ("- [first day]\n- [last day]\n", "first_day = 1\nlast_day = []", true),
    ("- [first day]\n- [last day]\n", "first_day = []\nlast_day = []", false),
    ("- **[Name]** - [what]\n", "items = [{ name = 'a', what = 'b' }]", true),
    ("- **[Name]** - [what]\n", "items = []", false),
    ("| Name | Port |\n|---|---|\n| [name] | [port] |\n", "items = [{ name = 'a', port = 1 }]", true),
    ("| Name | Port |\n|---|---|\n| [name] | [port] |\n", "items = []", false),
    ("| Name | Port |\n|---|---|\n| api | [port] |\n", "api.port = 1", true),
    ("| Name | Port |\n|---|---|\n| api | [port] |\n", "api.port = []", false),
    ("| Name | Port |\n|---|---|\n| api | [port] |\n", "api = []", false),
    ("```sh\nA=[a]\n```\n", "code = 'x'", true),
    ("```sh\nA=[a]\n```\n", "code = []", false),
    ("```sh\nA=[a]\n```\n", "A = 1", true),
    ("```sh\nA=[a]\nB=2\n```\n", "A = []", true),
    ("**[service]:**\n- **Port:** [port]\n", "items = [{ service = 'a', port = 1 }]", true),
    ("**[service]:**\n- **Port:** [port]\n", "items = []", false),
    ("**Plan:**\n\n[Describe the plan]\n", "plan = 'x'", true),
    ("**Plan:**\n\n[Describe the plan]\n", "plan = []", false),
    ("Kept by [owner].\n", "owner = 'x'", true),
];

#[test]
fn a_prompt_that_announces_goes_when_what_it_announces_is_answered_or_left_out() {
    for (part, facts, _) in PARTS {
        let page = filled(&format!("# T\n\n## A\n\n[Describe it:]\n\n{part}"), &format!("[a]\n{facts}\n"));
        assert!(!page.contains("[Describe it:]"), "{part}\n{facts}\n{page}");
    }
    assert_eq!(told("# T\n\n## A\n\n[Describe it:]\n", ""), ["no fact for `a.description`"]);
}

#[test]
fn any_fact_at_all_makes_a_conditional_prompt_one_that_has_to_be_answered() {
    for (part, facts, _) in PARTS {
        let told = told(&format!("# T\n\n[If any: describe it]\n\n{part}"), facts);
        assert_eq!(told, ["no fact for `description`"], "{part}\n{facts}");
    }
    let title = "# T of [owner]\n\n[If any: describe it]\n\n- **Daily:** [days]\n";
    assert_eq!(
        told(title, "owner = 'me'"),
        ["what `T of [owner]` asks for is left out of the book: nothing is said of it"]
    );
}

#[test]
fn a_section_without_its_subsections_stays_for_what_it_holds_of_its_own() {
    let own = [
        ("- **Daily:** [days]\n- Always.\n", "daily = []", true),
        ("| Name | Port |\n|---|---|\n| api | [port] |\n| web | 80 |\n", "api = []", true),
        ("Always.\n\n- **Daily:** [days]\n", "daily = []", true),
        ("> ### Always\n", "", true),
        ("> ### Always [owner]\n", "owner = 'x'", true),
    ];
    for (part, facts, stays) in PARTS.iter().chain(&own) {
        let page = format!("# T\n\n## A\n\n{part}\n### B\n\n[Describe b]\n\n## C\n\nEnd.\n");
        let page = filled(&page, &format!("[a]\nb = false\n{facts}\n"));
        match stays {
            true => assert!(page.starts_with("# T\n\n## A\n\n"), "{part}\n{facts}\n{page}"),
            false => assert_eq!(page, "# T\n\n## C\n\nEnd.\n", "{part}\n{facts}"),
        }
    }
}

#[test]
fn a_record_takes_the_first_sample_that_has_a_place_for_all_its_fields() {
    for (nested, fields, shown) in [
        ("- **Owner:** [who]", "owner = 'me'", "- **Owner:** me"),
        ("- **Owner:** [who]\n  - by [team]", "owner = 'me'\nteam = 'us'", "- **Owner:** me\n  - by us"),
        ("- **Ports:** [in] and [out]", "ports = { in = 1, out = 2 }", "- **Ports:** 1 and 2"),
        ("- **[Host]** - [port]", "items = [{ host = 'a', port = 1 }]", "- **a** - 1"),
        ("**Hosts:**\n  - **[Host]** - [port]", "hosts = [{ host = 'a', port = 1 }]", "**Hosts:**\n  - **a** - 1"),
        ("```sh\n  PORT=[port]\n  ```", "PORT = 1", "```sh\n  PORT=1\n  ```"),
        ("```sh\n  PORT=[port]\n  ```", "code = 'X=1'", "```sh\n  X=1\n  ```"),
        ("[Describe it]", "description = 'It is.'", "It is."),
        ("Owned by [who].", "who = 'me'", "Owned by me."),
        ("**[host]:**\n  - **Port:** [port]", "items = [{ host = 'a', port = 1 }]", "**a:**\n  - **Port:** 1"),
    ] {
        let page = format!("# T\n\n## A\n\n- Plain [name]\n- Rich [name]\n\n  {nested}\n");
        let facts = format!("[[a.items]]\nname = 'p'\n[[a.items]]\nname = 'r'\n{fields}\n");
        assert_eq!(filled(&page, &facts), format!("# T\n\n## A\n\n- Plain p\n- Rich r\n\n  {shown}\n"));
        let strange = "[[a.items]]\nname = 'q'\nother = 'z'\n";
        assert_eq!(filled(&page, strange), "# T\n\n## A\n\n- Plain q\n", "{nested}");
    }
}

#[test]
fn samples_of_one_place_take_strings_by_name_in_an_array_or_by_their_own_words() {
    let one = "# T\n\n## A\n\n- [name]\n";
    assert_eq!(filled(one, "[a.items]\nname = 'x'\n"), "# T\n\n## A\n\n- x\n");
    assert_eq!(filled(one, "[a]\nitems = ['x', 'y']\n"), "# T\n\n## A\n\n- x\n- y\n");
    let two = "# T\n\n## A\n\n- [first]\n- [second]\n";
    assert_eq!(filled(two, "[a.items]\nother = 'x'\n"), "# T\n\n## A\n\n- x\n");
    assert_eq!(filled(two, "[a]\nsecond = 'y'\nfirst = 'x'\n"), "# T\n\n## A\n\n- x\n- y\n");
    assert_eq!(filled(two, "[a]\nsecond = 'y'\nfirst = []\n"), "# T\n\n## A\n\n- y\n");
    assert_eq!(told(two, "[a]\nsecond = 'y'\n"), ["no fact for `a.first`"]);
    assert_eq!(
        told(two, "[a]\nitems = 3\n"),
        ["`a.items[]` is a number, but an array of records, or a table of them by name, belongs there"]
    );
}

#[test]
fn records_of_several_places_are_tables() {
    let told_of = |list: &str, items: &str| told(&format!("# T\n\n## A\n\n{list}"), &format!("[a]\nitems = {items}\n"));
    let wrong = |wanted: &str| vec![format!("`a.items[]` is a string, but {wanted} belongs there")];
    let pair = "- [name] - [what]\n";
    assert_eq!(told_of(pair, "['x']"), wrong("a table with the fields of a record"));
    assert_eq!(told_of(pair, "{ x = 'y' }"), [""; 0]);
    assert_eq!(told_of("- [name] - [what] - [why]\n", "{ x = 'y' }"), wrong("a table with the fields of a record"));
    assert_eq!(
        told_of("- [name]\n", "[['x']]"),
        ["`a.items[]` is an array of strings, but a string or a table belongs there"]
    );
    let open = "- **Api:** [port] - [what]\n- [More services...]\n";
    let told = told_of(open, "{ x = 'y' }");
    assert_eq!(told, ["`a.items{}` is a string, but a table with the fields of a record belongs there"]);
    let open = "- **Api:** [port]\n- [More services...]\n";
    assert_eq!(told_of(open, "{ x = 'y' }"), [""; 0]);
}

const SCHEMA: &str = "[tables.t]
columns = { id = { type = 'int', owner = 'me' } }
indexes = { i = { columns = 'id', purpose = 'Fast.', owner = 'me' } }
relations = { r = { columns = 'id', references = 't.id' } }
checks = { c = { expression = 'x > 0', description = 'Always.' } }
";

#[test]
fn the_first_place_of_a_typed_record_is_its_name_where_nothing_else_is() {
    for (label, item, shown) in [
        ("Columns", "- [thing]", "- id"),
        ("Columns", "- [thing] - [type]", "- id - int"),
        ("Columns", "- [owner] of [column_name]", "- me of id"),
        ("Columns", "- [type]: [owner]", "- int: me"),
        ("Columns", "- **Id:** [owner] - [type]", "- **id:** me - int"),
        ("Indexes", "- [thing]", "- i"),
        ("Indexes", "- [thing] - [columns]", "- i - id"),
        ("Indexes", "- [thing]: [reason]", "- i: Fast."),
        ("Relations", "- [thing]", "- `id` references `t` (`id`)"),
        ("Relations", "- [thing] to [references]", "- r to t (id)"),
        ("Checks", "- [thing]", "- `c`: `x > 0`: Always."),
        ("Checks", "- [thing] - [expression]", "- c - x > 0"),
    ] {
        let page = format!("# T\n\n## Schema\n\n### `[table_name]`\n\n**{label}:**\n{item}\n");
        let expected = format!("# T\n\n## Schema\n\n### `t`\n\n**{label}:**\n{shown}\n");
        assert_eq!(filled(&page, SCHEMA), expected);
    }
}

#[test]
fn a_further_key_is_written_as_the_last_item_is() {
    for (item, shown) in [
        ("- **Size:** [n] connections\n  at most", "- **Size:** 9 connections\n  at most\n- **Later:** 1 connections"),
        ("- Size: [n]", "- Size: 9\n- Later: 1"),
        ("- `Size`: [n]", "- `Size`: 9\n- `later`: 1"),
        ("- Size: [n].", "- Size: 9.\n- Later: 1."),
        ("- **Size** - [n]", "- **Size** - 9\n- **Later** - 1"),
        ("- **Size:** `[n]`", "- **Size:** `9`\n- **Later:** 1"),
    ] {
        let page = filled(&format!("# T\n\n## A\n\n{item}\n"), "[a]\nsize = 9\nlater = 1\n");
        assert_eq!(page, format!("# T\n\n## A\n\n{shown}\n"));
    }
    let tick = filled("# T\n\n## A\n\n- `Size`: [n]\n", "[a]\nsize = 9\n\"a`b\" = 1\n");
    assert_eq!(tick, "# T\n\n## A\n\n- `Size`: 9\n- **A\\`b:** 1\n");
}

#[test]
fn items_after_records_are_numbered_on_where_that_moves_no_line() {
    let page = "# T\n\n## A\n\n1. [step]\n2. Done.\n3. Then\n   rest.\n";
    let steps = |count: usize| format!("[a]\nitems = [{}]\n", vec!["'x'"; count].join(", "));
    assert_eq!(filled(page, &steps(2)), "# T\n\n## A\n\n1. x\n2. x\n3. Done.\n4. Then\n   rest.\n");
    assert_eq!(filled(page, &steps(1)), page.replace("[step]", "x"));
    let copies: String = (1..=9).map(|number| format!("{number}. x\n")).collect();
    assert_eq!(filled(page, &steps(9)), format!("# T\n\n## A\n\n{copies}10. Done.\n3. Then\n   rest.\n"));
}

#[test]
fn a_name_in_code_stands_between_single_backticks_unless_it_holds_one() {
    let facts = "[tables.t.columns]\nid = { type = 'text' }\n'a b' = { type = 'text' }\n'a`b' = { type = 'text' }\n";
    for id in ["`id`", "``id``", "`` id ``", "` id `"] {
        let page = filled(&format!("# T\n\n## Schema\n\n### [table_name]\n\n**Columns:**\n- {id} ([type])\n"), facts);
        let items = "- `id` (text)\n- `a b` (text)\n- ``a`b`` (text)\n";
        assert_eq!(page, format!("# T\n\n## Schema\n\n### t\n\n**Columns:**\n{items}"));
    }
}

#[test]
fn copies_of_a_section_are_kept_apart_and_what_follows_is_left_alone() {
    let page = "# T\n## A\n### [name]\nIt is [what].\n## C\nEnd.\n";
    let facts = "[[a.items]]\nname = 'a'\nwhat = 'x'\n[[a.items]]\nname = 'b'\nwhat = 'y'\n";
    assert_eq!(filled(page, facts), "# T\n## A\n### a\nIt is x.\n\n### b\nIt is y.\n## C\nEnd.\n");
    let last = "# T\n\n## A\n\n### [name]\n\nIt is [what].\n";
    assert_eq!(filled(last, facts), "# T\n\n## A\n\n### a\n\nIt is x.\n\n### b\n\nIt is y.\n");
}

#[test]
fn one_sample_of_an_open_run_is_asked_for_where_nothing_is_known_of_the_record() {
    let page =
        "# T\n\n## A\n\n### [service]\n\n**Alerts:**\n- [rule] - [limit]\n- [rule] for [team]\n- [More alerts...]\n";
    let missing = with_page(page, "", |template, filled, _, _| {
        let missing = filled.missing.clone();
        assert!(filled.statuses.iter().all(|status| *status == Status::Missing), "{:?}", filled.statuses);
        assert_eq!((template.placeholders.len(), filled.text.as_str()), (6, page));
        missing
    });
    assert_eq!(missing, ["a.items[]", "a.items[].alerts{}.rule", "a.items[].alerts{}.limit"]);
}

#[test]
fn what_a_conditional_section_asks_for_goes_with_its_labels_and_its_own_words_stay() {
    let page = "# T\n\n## A\n\n[If any: describe it]\n\n**Setup:**\n\n```sh\nA=[a]\n```\n\n**Always:**\n\n```sh\nrun\n```\n\n\
                **Sizes:**\n- **Max:** [n]\n\n**Plan:**\n\n[Say it]\n\nOwn words.\n\n### B\n\n- **X:** [x]\n";
    let (text, told) = with_page(page, "[a.b]\nx = 1\n", |_, filled, _, told| (filled.text.clone(), titles(told)));
    assert_eq!(told, ["what `A` asks for is left out of the book: nothing is said of it"]);
    assert_eq!(text, "# T\n\n## A\n\n**Always:**\n\n```sh\nrun\n```\n\nOwn words.\n\n### B\n\n- **X:** 1\n");
}

#[test]
fn topics_go_with_the_answer_of_the_prompt_right_above_them_only() {
    let page = |between: &str| format!("# T\n\n## A\n\n[Describe it]\n\n{between}- Pool size\n");
    let answer = "[a]\ndescription = 'D.'\n";
    assert_eq!(filled(&page(""), answer), "# T\n\n## A\n\nD.\n");
    for (between, facts) in [
        ("**Notes:**\n\n[Say more]\n\n", "notes = 'N.'\n"),
        ("- **X:** [x]\n\n[Add more as needed]\n\n", "x = 1\n"),
        ("Words.\n\n", ""),
    ] {
        let expected = ["the topic `a.pool_size` has no fact and stays as it is"];
        assert_eq!(told(&page(between), &format!("{answer}{facts}")), expected, "{between}");
    }
}

#[test]
fn a_record_that_is_one_value_goes_by_it() {
    let page = "# T\n\n## A\n\n### [name]\n\n- **Port:** [port]\n";
    assert_eq!(told(page, "[a]\nitems = ['api']\n"), ["`api` has no `port`"]);
    assert_eq!(told(page, "[a]\nitems = [['api']]\n"), ["a record has no `port`"]);
    let nameless = told(page, "[a]\nitems = [{ name = ' ' }]\n");
    assert_eq!(nameless.last().map(String::as_str), Some("the record at line 2 has no `port`"));
}

#[test]
fn records_at_the_top_come_from_the_schema_where_every_word_speaks_of_it() {
    for (item, shown) in [
        ("- [table].[column_name]", "- t.id"),
        ("- [index_name] on [columns]", "- i on id"),
        ("- [constraint_name]: [expression]", "- c: x > 0"),
        ("- [foreign_key_name] to [references]", "- r to t (id)"),
    ] {
        assert_eq!(filled(&format!("# T\n\n## A\n\n{item}\n"), SCHEMA), format!("# T\n\n## A\n\n{shown}\n"));
    }
    for item in ["- [column_name] ([type])", "- [index_name] on [moon]"] {
        assert_eq!(told(&format!("# T\n\n## A\n\n{item}\n"), SCHEMA), ["2 placeholders of `A` have no fact"], "{item}");
    }
    let inside = "# T\n\n## A\n\n### [service]\n\n- [index_name] on [columns]\n";
    assert_eq!(told(inside, &format!("{SCHEMA}[[a.items]]\nservice = 's'\n")), ["`s` has no `items`"]);
}

#[test]
fn marks_and_remarks_of_the_template_go_and_nothing_beside_them() {
    let marked = "# T [TEMPLATE]\n\n## [TEMPLATE]  A\n\n## B [TEMPLATE] of C\n";
    assert_eq!(filled(marked, ""), "# T\n\n## A\n\n## B of C\n");
    let (open, close) = ("<!-- template-only -->", "<!-- /template-only -->");
    for (with, without) in [
        (format!("A {open}x {close}b\n"), "A b\n"),
        (format!("{open}\n\nx\n\n{close}\n\nb\n"), "b\n"),
        (format!("- a{open} x{close}\n- b\n"), "- a\n- b\n"),
        (format!("> a{open} x{close}\n"), "> a\n"),
        (format!("| a{open} x{close} |\n|---|\n| b{open} y{close} |\n"), "| a |\n|---|\n| b |\n"),
        (format!("## A{open} x{close}\n"), "## A\n"),
        (format!("a{open} x{open} y{close} b\n"), "a b\n"),
        (format!("a{open} x{close} b{close}\n"), "a b<!-- /template-only -->\n"),
        (format!("{open}a\n"), "<!-- template-only -->a\n"),
        (format!("```\n{open}x{close}\n```\n"), "```\n<!-- template-only -->x<!-- /template-only -->\n```\n"),
    ] {
        assert_eq!(filled(&with, ""), without);
    }
}

#[test]
fn an_item_left_out_takes_what_is_nested_in_it_along() {
    let page = "# T\n\n## A\n\n- **X:** [x]\n  - **Y:** [y]\n- **Z:** [z]\n";
    assert_eq!(filled(page, "[a]\nx = []\nz = 1\n"), "# T\n\n## A\n\n- **Z:** 1\n");
    let row = "# T\n\n## A\n\n| Name | Port |\n|---|---|\n| api | [port] |\n| web | [port] |\n";
    assert_eq!(
        filled(row, "[a]\napi = []\nweb.port = 1\n"),
        "# T\n\n## A\n\n| Name | Port |\n|---|---|\n| web | 1 |\n"
    );
}

#[test]
fn a_block_of_code_goes_with_the_last_of_its_lines() {
    let page = |lines: &str| format!("# T\n\n## A\n\n**Environment:**\n```sh\n{lines}\n```\n\nEnd.\n");
    let facts = "[a.environment]\nA = []\nB = []\n";
    assert_eq!(filled(&page("A=[a]\nB=[b]"), facts), "# T\n\n## A\n\nEnd.\n");
    assert_eq!(filled(&page("A=[a]\n\nB=[b]"), facts), "# T\n\n## A\n\nEnd.\n");
    assert_eq!(filled(&page("# All\nA=[a]\nB=[b]"), facts), page("# All"));
}

#[test]
fn one_value_for_several_places_is_no_answer() {
    let page = "# T\n\n## A\n\n- **Daily:** [days] of [weeks]\n";
    let expected = ["`a.daily` is a number, but a table with a key for each place belongs there"];
    assert_eq!(told(page, "[a]\ndaily = 3\n"), expected);
    assert_eq!(filled(page, "[a]\ndaily = { days = 1, weeks = 2 }\n"), "# T\n\n## A\n\n- **Daily:** 1 of 2\n");
}

#[test]
fn arrays_are_joined_and_what_is_no_text_is_refused() {
    let page = "# T\n\n## A\n\n- **X:** [x]\n";
    assert_eq!(
        filled(page, "[a]\nx = ['a ', 1, true, 2020-01-02]\n"),
        "# T\n\n## A\n\n- **X:** a, 1, Yes, 2020-01-02\n"
    );
    assert_eq!(filled(page, "[a]\nx = false\n"), "# T\n\n## A\n\n- **X:** No\n");
    let refused = |what: &str| [format!("`a.x` is {what}, but a string, number, boolean or date belongs there")];
    assert_eq!(told(page, "[a]\nx = [['a']]\n"), refused("an array of arrays"));
    assert_eq!(told(page, "[a]\nx = [{ a = 1 }]\n"), refused("an array of tables"));
    assert_eq!(told(page, "[a]\nx = { a = 1 }\n"), refused("a table"));
}

#[test]
fn a_relation_or_check_that_lacks_something_is_called_by_its_name_or_by_its_table() {
    let told_of = |label: &str, item: &str, facts: &str| {
        let page = format!("# T\n\n## Schema\n\n### `[table_name]`\n\n**{label}:**\n- {item}\n");
        told(&page, &format!("[tables.t]\ncolumns = {{ id = {{ type = 'int' }} }}\n{facts}\n"))
    };
    let parts = "[columns] to [references]";
    assert_eq!(
        told_of("Relations", parts, "relations = { r = 'words' }"),
        ["`r` has no `columns`", "`r` has no `references`"]
    );
    assert_eq!(
        told_of("Relations", parts, "relations = ['words']"),
        ["a relation of t has no `columns`", "a relation of t has no `references`"]
    );
    assert_eq!(
        told_of("Relations", "[relation]", "relations = [{ description = 'x' }]"),
        ["a relation of t has no `references`"]
    );
    assert_eq!(told_of("Relations", "[relation]", "relations = ['words']"), [""; 0]);
    assert_eq!(
        told_of("Relations", "[name]: [why]", "relations = ['words']"),
        ["a relation of t has no `name`", "a relation of t has no `why`"]
    );
    assert_eq!(told_of("Checks", "[check_name] - [why]", "checks = { c = 'x > 0' }"), ["`c` has no `why`"]);
    assert_eq!(
        told_of("Checks", "[check_name] - [meaning]", "checks = ['x > 0']"),
        ["a check of t has no `description`"]
    );
    assert_eq!(told_of("Columns", "[column] - [notes]", ""), ["`t.id` has no `description`"]);
    assert_eq!(told_of("Columns", "[column] - [why]", ""), ["`t.id` has no `why`"]);
    assert_eq!(
        told_of("Indexes", "[index] - [reason]", "indexes = { i = { columns = 'id' } }"),
        ["`i` has no `purpose`"]
    );
}

#[test]
fn code_that_would_not_end_is_refused() {
    let page = "# T\n\n## A\n\n```sh\nA=[a]\n```\n";
    let told = told(page, "[a]\ncode = \"```sh\\nrun\"\n");
    assert_eq!(told, ["`a.code` does not fit its place: the value opens a code block and never closes it"]);
    assert_eq!(filled(page, "[a]\ncode = \"~~~\\nrun\\n~~~\"\n"), "# T\n\n## A\n\n~~~\nrun\n~~~\n");
    assert_eq!(filled(page, "[a]\nA = \"x\\n```\\ny\"\n"), "# T\n\n## A\n\n````sh\nA=x\n```\ny\n````\n");
}

#[test]
fn of_many_records_that_lack_something_a_few_are_shown_and_the_rest_is_named() {
    let page = "# T\n\n## A\n\n### [name]\n\n- **Port:** [port]\n";
    let subs = |count: usize| {
        let facts: String = (1..=count).map(|number| format!("[[a.items]]\nname = 'r{number}'\n")).collect();
        with_page(page, &facts, |_, _, _, told| {
            assert_eq!(told.len(), 1);
            let places = told[0].subs.iter().filter(|sub| matches!(sub, Sub::Insert { .. })).count();
            let words = told[0].subs.iter().filter_map(|sub| match sub {
                Sub::Note(words) | Sub::Help(words) => Some(words.clone()),
                _ => None,
            });
            (told[0].title.clone(), places, words.collect::<Vec<_>>())
        })
    };
    assert_eq!(subs(1), ("`r1` has no `port`".to_owned(), 1, Vec::new()));
    assert_eq!(subs(3), ("3 records have no `port`".to_owned(), 3, Vec::new()));
    let by_hand = "add to each `port = \"\"`".to_owned();
    assert_eq!(subs(4), ("4 records have no `port`".to_owned(), 3, vec!["nor have `r4`".to_owned(), by_hand.clone()]));
    let nested = "# T\n\n## A\n\n### [name]\n\n- **[Part]** - [kind]\n";
    let facts: String = (1..=4).map(|number| format!("[[a.items]]\nname = 'r{number}'\n")).collect();
    let help = with_page(nested, &facts, |_, _, _, mut told| match told.pop()?.subs.pop()? {
        Sub::Help(help) => Some(help),
        _ => None,
    });
    assert_eq!(help.as_deref(), Some("add to each `items = \"\"`"));
    let names = |last: usize| (4..=last).map(|number| format!("`r{number}`")).collect::<Vec<_>>().join(", ");
    assert_eq!(subs(23).2, [format!("nor have {}", names(23)), by_hand.clone()]);
    assert_eq!(subs(25).2, [format!("nor have {} and 2 more", names(23)), by_hand]);
}

#[test]
fn what_says_that_the_page_is_a_template_goes_and_what_only_looks_so_stays() {
    let page = |above: &str| format!("{above}# T\n\nWords.\n");
    for above in ["---\nstatus: x\n---\n\n", "---\ntitle: x\nkey_a-b: y\n...\n", "---\n\"a\": x\n---\n"] {
        assert_eq!(filled(&page(above), ""), page(""), "{above}");
    }
    for above in ["---\n\nwords\n\n---\n\n", "---\nno key: x\n---\n\n", "----\nkey: x\n---\n\n", "---\nkey: x\n\n"] {
        assert_eq!(filled(&page(above), ""), page(above));
    }
    for notice in ["This is a template.", "**Note:** fill in the Template", "Remove this notice", "Template: DELETE me"]
    {
        let below = |notice: &str| format!("# T\n\nWords.\n\n{notice}## A\n\nMore.\n");
        assert_eq!(filled(&below(&format!("> {notice}\n\n")), ""), below(""), "{notice}");
        let inside = format!("# T\n\n## A\n\n> {notice}\n");
        assert_eq!(filled(&inside, ""), inside);
    }
    for quote in ["A template engine", "Delete old rows", "Words"] {
        let quoted = format!("# T\n\n> {quote}\n\n## A\n");
        assert_eq!(filled(&quoted, ""), quoted);
    }
}

#[test]
fn the_instructions_at_the_end_go_with_the_rule_above_them() {
    for instructions in
        ["**Template Instructions:**\nDo.\n", "**Template instructions** do\n", "## Template Instructions\n\nDo.\n"]
    {
        for rule in ["", "---\n\n"] {
            assert_eq!(
                filled(&format!("# T\n\nWords.\n\n{rule}{instructions}"), ""),
                "# T\n\nWords.\n",
                "{instructions}"
            );
        }
    }
    for text in [
        "# T\n\nSee **Template Instructions:**\n",
        "# T\n\n**Template Instructions:** do\n\n## A\n",
        "# T\n\n**Instructions:** do\n",
        "# T\n\n---\n\n**Last:** words\n",
        "# Template Instructions\n\nDo.\n",
    ] {
        assert_eq!(filled(text, ""), text);
    }
}

#[test]
fn a_long_line_around_a_place_is_as_good_as_a_short_one() {
    for shift in 0..4 {
        let (before, after) = (format!("{}{}", "a".repeat(shift), "é".repeat(200)), "€".repeat(120));
        let page = |value: &str| format!("# T\n\n## A\n\n{before} {value} {after}{}\n", "a".repeat(shift));
        let facts = "[a]\nx = \"*a*, b_c and `d`\"\n";
        assert_eq!(filled(&page("[x]"), facts), page("*a*, b_c and `d`"));
    }
}

#[test]
fn tables_of_records_by_name() {
    let page = |items: &str| format!("# T\n\n## A\n\n{items}");
    let two = page("- [first]\n- [second]\n");
    assert_eq!(filled(&two, "[a]\nitems = {}\n"), "# T\n\n## A\n");
    let open = page("- [first]\n- [second]\n- [More...]\n");
    assert_eq!(filled(&open, "[a.items]\nfirst = 'x'\n"), page("- x\n"));
    let pairs = page("- [first] - [a]\n- [second] - [b]\n");
    assert_eq!(filled(&pairs, "[a.items]\nfirst = 'x'\n"), page("- first - x\n"));
    for (item, shown) in [
        ("- **Api:** [port] - [what]", "- **Read replicas:** 1 - x"),
        ("- `api`: [port] - [what]", "- `read_replicas`: 1 - x"),
    ] {
        let open = page(&format!("{item}\n- [More services...]\n"));
        let facts = "[a.items]\nread_replicas = { port = 1, what = 'x' }\n";
        assert_eq!(filled(&open, facts), page(&format!("{shown}\n")));
        let nameless = filled(&open, "[a]\nitems = [{ port = 1, what = 'x' }]\n");
        assert_eq!(nameless, page(&format!("{}\n", item.replace("[port]", "1").replace("[what]", "x"))));
    }
}

#[test]
fn fences_are_longer_than_those_in_what_stands_between_them() {
    for (block, value, shown) in [
        ("~~~sh\nA=[a]\n~~~", "~~~", "~~~~sh\nA=~~~\n~~~~"),
        ("~~~sh\nA=[a]\n~~~", "```", "~~~sh\nA=```\n~~~"),
        ("````sh\nA=[a]\n````", "```", "````sh\nA=```\n````"),
        ("    A=[a]", "```", "    A=```"),
        ("    `A=[a]`", "```", "    `A=````"),
        ("```sh\nA=[a]", "```", "````sh\nA=```"),
        ("```sh\nA=`[a]`", "```", "````sh\nA=`````"),
    ] {
        let page = |block: &str| format!("# T\n\n## A\n\n{block}\n");
        assert_eq!(filled(&page(block), &format!("[a]\nA = '{value}'\n")), page(shown));
    }
    for (block, shown) in [("```sh\n```", "```sh\nx\n```"), ("> ```sh\n> ```", "> ```sh\n> x\n> ```")] {
        let page = |block: &str| format!("# T\n\n## A\n\n{block}\n");
        assert_eq!(filled(&page(block), "[a]\ncode = 'x'\n"), page(shown));
    }
}

#[test]
fn the_places_of_one_item_are_asked_for_as_one_record() {
    let lines = |list: &str| {
        with_page(&format!("# T\n\n## A\n\n{list}"), "", |_, _, _, told| {
            let lines = told.iter().flat_map(|diagnostic| &diagnostic.subs).filter_map(|sub| match sub {
                Sub::Insert { lines, .. } => Some(lines.as_str()),
                _ => None,
            });
            lines.collect::<String>()
        })
    };
    let one = "\n[[a.items]]\nname = \"\"  # Name\nkind = \"\"  # kind\n";
    assert_eq!(lines("- **[Name]** - [kind]\n"), one);
    assert_eq!(lines("- **[Name]** of\n  the [kind]\n"), one);
    assert_eq!(lines("- **[Name]** of\nA [kind]\n"), one);
    assert_eq!(lines("1) **[Name]**\n\n   Of [kind].\n"), one);
    assert_eq!(lines("- **[Name]**\n  - **Kind:** [kind]\n"), one);
    assert_eq!(lines("* **[Name]**\n  - Of [kind].\n"), one.replace("kind = ", "\n[[a.items.items]]\nkind = "));
}

#[test]
fn a_part_of_a_record_that_may_be_left_out_hides_nothing_that_it_lacks_beside() {
    let page =
        "# T\n\n## A\n\n### [name]\n\n- **Port:** [port]\n\n#### Cache\n\n[If cached: describe it]\n\nOf [size].\n";
    assert_eq!(told(page, "[[a.items]]\nname = 'a'\n"), ["`a` has no `port`"]);
    let cached = "[[a.items]]\nname = 'a'\nport = 1\n[a.items.cache]\nsize = 3\n";
    assert_eq!(told(page, cached), ["`a` has no `cache.description`"]);
}

#[test]
fn an_index_without_columns_and_a_column_without_a_type_are_shown_as_such() {
    let page = |label: &str, item: &str| format!("# T\n\n## Schema\n\n### `[table_name]`\n\n**{label}:**\n- {item}\n");
    let facts = "[tables.t]\ncolumns = { id = {} }\nindexes = { j = {} }\n";
    let text = with_page(&page("Indexes", "[index] - [columns]"), facts, |_, filled, _, _| filled.text.clone());
    assert!(text.ends_with("- j - –\n"), "{text}");
    let told = told(&page("Columns", "[column] - [data type]"), facts);
    assert_eq!(told.last().map(String::as_str), Some("`t.id` has no `type`"));
}

#[test]
fn a_place_in_the_text_of_a_link_takes_no_link() {
    let page = "# T\n\n## A\n\nBy [owner]. See [[the [part] docs](y.md) of it] and [z](z.md).\n";
    let told = told(page, "[a]\nowner = '[me](me.md)'\nthe_part_docs = 'x'\n");
    assert!(!told.iter().any(|title| title.contains("link")), "{told:?}");
}
