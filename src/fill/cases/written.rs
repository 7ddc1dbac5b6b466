//! What is written into links, code and headings, and for further keys.

use super::{filled, told};

#[test]
fn a_blank_in_the_target_of_a_link_is_encoded() {
    let page = "# T\n\n## A\n\nSee [it](/docs/[path]).\n";
    let facts = "[a]\npath = \"a b\\tc\\u007Fd(e)\"\n";
    assert_eq!(filled(page, facts), "# T\n\n## A\n\nSee [it](/docs/a%20b%20c%20d%28e%29).\n");
}

#[test]
fn a_place_in_the_text_of_a_link_takes_words_only() {
    let page = "# T\n\n## A\n\nSee [z](z.md) and [the [part] docs](y.md).\n";
    assert_eq!(filled(page, "[a]\npart = 'x'\n"), page.replace("[part]", "x"));
    assert_eq!(
        told(page, "[a]\npart = '[x](x.md)'\n"),
        [
            "`a.part` does not fit its place: the value holds a link or a footnote, and this place is inside the text of a link"
        ]
    );
}

#[test]
fn a_code_span_that_needs_other_delimiters_loses_its_line_breaks() {
    for newline in ["\n", "\r\n"] {
        let page = |span: &str| format!("# T\n\n## A\n\n> See {span}.\n").replace('\n', newline);
        assert_eq!(filled(&page("`a\n> [x] b`"), "[a]\nx = 'c`d'\n"), page("``a c`d b``"));
    }
}

#[test]
fn the_number_of_a_heading_goes_on_as_it_is_written() {
    let page = |numbers: [&str; 2]| {
        format!("# T\n\n## A\n\n### {} a\n\nIt is x.\n\n### {} b\n\nIt is y.\n", numbers[0], numbers[1])
    };
    let facts = "[[a.items]]\nname = 'a'\nwhat = 'x'\n[[a.items]]\nname = 'b'\nwhat = 'y'\n";
    for (first, second) in [("1.", "2."), ("3.9", "3.10"), ("01.", "02."), ("2)", "3)")] {
        let template = format!("# T\n\n## A\n\n### {first} [name]\n\nIt is [what].\n");
        assert_eq!(filled(&template, facts), page([first, second]));
    }
}

#[test]
fn a_heading_with_closing_marks_keeps_them() {
    let page = "# T #\n\n## A ##\n\n### [name] ###\n\nIt is [what].\n\n## B ##\n\nEnd.\n";
    let facts = "[[a.items]]\nname = 'a'\nwhat = 'x'\n[[a.items]]\nname = 'b'\nwhat = 'y'\n";
    let shown = "# T #\n\n## A ##\n\n### a ###\n\nIt is x.\n\n### b ###\n\nIt is y.\n\n## B ##\n\nEnd.\n";
    assert_eq!(filled(page, facts), shown);
}

#[test]
fn further_rows_are_written_as_the_last_with_a_label() {
    let head = "| Name | Port |\n|---|---|\n";
    let page = |rows: &str| format!("# T\n\n## A\n\n{head}{rows}");
    let template = page("| **Api** | [port] |\n| | [rest] |\n");
    let facts = "[a]\napi.port = 1\nport = 2\nweb.port = 3\n";
    assert_eq!(filled(&template, facts), page("| **Api** | 1 |\n| | 2 |\n| **Web** | 3 |\n"));
    let two = format!("{}\nAnd:\n\n{head}| | [rest] |\n", page("| **Api** | [port] |\n"));
    let shown = format!("{}\nAnd:\n\n{head}| | 2 |\n", page("| **Api** | 1 |\n| **Web** | 3 |\n"));
    assert_eq!(filled(&two, facts), shown);
}

#[test]
fn further_rows_keep_to_labels_in_code() {
    let page = |rows: &str| format!("# T\n\n## A\n\n| Name | Port |\n|---|---|\n{rows}");
    let shown = page("| `api` | 1 |\n| `web_2` | 3 |\n");
    assert_eq!(filled(&page("| `api` | [port] |\n"), "[a]\napi.port = 1\nweb_2.port = 3\n"), shown);
}

#[test]
fn a_value_of_two_lines_ends_them_as_the_page_does() {
    for newline in ["\n", "\r\n"] {
        let page = |text: &str| format!("# T\n\n## A\n\n{text}").replace('\n', newline);
        let facts = "[a]\npool_size = \"a\\nb\"\nlater = \"c\\nd\"\n";
        let shown = page("- **Pool size:** a\n  b\n- **Later:** c\n  d\n");
        assert_eq!(filled(&page("[Describe it:]\n\n- Pool size\n"), facts), shown);
    }
}

#[test]
fn further_items_keep_a_section_of_which_nothing_else_is_left() {
    let page = "# T\n\n## A\n\n- **Size:** [n]\n\n### B\n\n[Describe b]\n";
    assert_eq!(filled(page, "[a]\nsize = []\nlater = 1\nb = false\n"), "# T\n\n## A\n\n- **Later:** 1\n");
}

#[test]
fn blocks_with_html_may_stand_in_place_of_code() {
    let page = "# T\n\n## A\n\n```sh\nA=[a]\n```\n";
    let shown = "# T\n\n## A\n\n```sh\nx\n```\n\n<b>y</b>\n";
    assert_eq!(filled(page, "[a]\ncode = \"```sh\\nx\\n```\\n\\n<b>y</b>\"\n"), shown);
}

#[test]
fn a_further_key_with_an_empty_array_is_no_item() {
    let page = "# T\n\n## A\n\n- **Size:** [n]\n";
    assert_eq!(filled(page, "[a]\nsize = 9\nlater = []\n"), page.replace("[n]", "9"));
}

#[test]
fn records_by_name_may_differ_in_case_only() {
    let page = "# T\n\n## A\n\n**Hosts:**\n- **[Name]** - [what]\n";
    let facts = "[a.hosts]\nA = { what = 'x' }\na = { what = 'y' }\n";
    assert_eq!(filled(page, facts), "# T\n\n## A\n\n**Hosts:**\n- **A** - x\n- **a** - y\n");
}

#[test]
fn lists_of_other_samples_have_addresses_of_their_own() {
    let page = "# T\n\n## A\n\n- **[Name]** - [what]\n\nAnd:\n\n- **[Host]** - [port]\n";
    let facts = "[a]\nitems = [{ name = 'a', what = 'x' }]\nitems_2 = [{ host = 'h', port = 1 }]\n";
    assert_eq!(filled(page, facts), "# T\n\n## A\n\n- **a** - x\n\nAnd:\n\n- **h** - 1\n");
    let same = "# T\n\n## A\n\n- **[Name]** - [what]\n\nAnd:\n\n- **[Name]** - [what]\n";
    let once = "[a]\nitems = [{ name = 'a', what = 'x' }]\n";
    assert_eq!(filled(same, once), "# T\n\n## A\n\n- **a** - x\n\nAnd:\n\n- **a** - x\n");
}
