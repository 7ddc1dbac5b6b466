//! Facts files of every kind, completed: nothing is lost, nothing is added twice, and what was added can be filled in.

use std::collections::HashSet;

use proptest::prelude::*;

use super::{Completed, Plan, TEMPLATE, complete, head, plan};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{self, FactIds};
use crate::fill::Filled;
use crate::fixture::with_page;
use crate::leftover;
use crate::source::{SourceKind, Sources};
use crate::template::Template;

/// A template with one of everything that has a table of its own in the facts.
const SMALL: &str = "\
# T

[Name of the system]

## 1. Overview

[Describe it:]

- **Version:** [e.g., 16]
- **Size:** [now] and [in a year]

## 2. Stack

| Part | Product | Use |
|---|---|---|
| **Server** | [product] | [use] |

**Settings:**
```
HOST=[describe]
```

## 3. Pool

[Describe the pool:]
- Pool size
- Idle timeout

### Limits

1. **[Limit]** - [Reason]

## 4. Cache

[If there is one:]
- TTL
";

fn filled<T>(
    page: &str,
    facts: &str,
    look: impl FnOnce(&Template, &Filled, &facts::Table<'_>, Vec<Diagnostic>) -> T,
) -> T {
    with_page(page, facts, |template, filled, root, mut diagnostics| {
        let mut used = leftover::Shown::default();
        used.extend(&filled.used);
        diagnostics.extend(leftover::unused(root, &[template], &used, &[]));
        look(template, filled, root, diagnostics)
    })
}

fn completed(page: &str, facts: &str) -> Completed {
    filled(page, facts, |template, filled, root, _| {
        let mut wanted = Plan::default();
        plan(page, template, &filled.statuses, &mut wanted);
        complete(facts, root, &wanted, None)
    })
}

/// The facts with every comment that `init` wrote made a fact, and the headers in comments that it wrote below.
fn uncommented(old: &str, new: &str) -> String {
    let mut old = old.lines().peekable();
    let lines: Vec<(&str, bool)> = new.lines().map(|line| (line, old.next_if(|old| *old == line).is_none())).collect();
    let mut text = String::new();
    for (at, &(line, added)) in lines.iter().enumerate() {
        let follows = lines.get(at + 1).is_some_and(|&(next, added)| added && !next.trim().is_empty());
        let ours = added || (line.starts_with("#[") && follows);
        let fact = line.strip_prefix('#').filter(|line| ours && !line.starts_with([' ', ':', '#']) && !line.is_empty());
        text.push_str(&fact.unwrap_or(line).replace("\"\"", if added { "\"X\"" } else { "\"\"" }));
        text.push('\n');
    }
    text
}

fn mistakes(page: &str, facts: &str) -> Vec<String> {
    filled(page, facts, |_, _, _, diagnostics| {
        let told = diagnostics.iter().filter(|diagnostic| diagnostic.code != Code::UnfilledSection);
        told.map(|diagnostic| format!("{}: {}", diagnostic.code.as_str(), diagnostic.title)).collect()
    })
}

#[test]
fn a_new_file_asks_for_everything_in_the_order_of_the_page() {
    let text = completed(SMALL, "").text;
    let expected = "\
# Name of the system
#description = \"\"

# 1. Overview
[overview]
# Describe it:
#description = \"\"
# Version: e.g., 16
#version = \"\"
# Size: now; in a year
#size = { now = \"\", in_a_year = \"\" }

# 2. Stack
[stack]
# Server: product; use
#server = { product = \"\", use = \"\" }

[stack.settings]
#HOST = \"\"

# 3. Pool
[pool]
# Describe the pool:
#description = \"\"
#pool_size = \"\"
#idle_timeout = \"\"

# Limits: repeat the table for each of them
#[[pool.limits.items]]
# Limit
#limit = \"\"
# Reason
#reason = \"\"

# 4. Cache
# Optional: a section without facts is left out of the book.
[cache]
# If there is one:
#description = \"\"
#ttl = \"\"
";
    assert_eq!(text, expected);
}

#[test]
fn what_was_written_is_complete_once_it_is_filled_in() {
    for page in [SMALL, TEMPLATE] {
        let head = head(&["t.md"]);
        let facts = uncommented(&head, &completed(page, &head).text);
        assert_eq!(mistakes(page, &facts), [] as [String; 0], "{facts}");
    }
}

#[test]
fn facts_that_are_there_are_not_asked_for_again() {
    let facts = "[overview]\nversion = 16\n\n[pool]\ndescription = \"D\"\nlimits = false\n\n# [cache]\n# ttl = 1\n";
    let Completed { text, added, notes } = completed(SMALL, facts);
    assert!(!text.contains("pool_size"), "the description answers the topics: {text}");
    assert!(!text.contains("pool.limits") && text.matches("ttl").count() == 1, "{text}");
    assert!(text.starts_with("# Name of the system\n#description = \"\"\n\n[overview]\n"), "{text}");
    assert!(
        text.contains("[overview]\n# Describe it:\n#description = \"\"\nversion = 16\n# Size: now; in a year\n#size ="),
        "{text}"
    );
    assert_eq!((added, notes), (6, Vec::new()));
}

#[test]
fn what_the_page_asks_for_is_no_key_or_table_that_was_taken_out() {
    let page = "# T [TEMPLATE]\n\n## A\n\n[Describe it]\n\n[[b.c]]\n\n- **Size:** [how large]\n";
    let once = completed(page, "");
    assert!(once.text.contains("\n# `[b.c]`\n#b_c = \"\"\n"), "{}", once.text);
    assert_eq!(completed(page, &once.text).text, once.text, "asked for again");
}

#[test]
fn two_places_with_one_label_are_one_table() {
    let row = "- **Size:** [now] and [in a year]\n";
    for other in ["**Size:** [now] and [in a year]\n", "**Size:**\n\n- **Now:** [n]\n- **Later:** [l]\n"] {
        for parts in [[row, other], [other, row]] {
            let page = format!("# T [TEMPLATE]\n\n## A\n\n{}", parts.join("\ntext\n\n"));
            let once = completed(&page, "");
            assert_eq!(completed(&page, &once.text).text, once.text, "asked for again");
            assert_eq!(mistakes(&page, &uncommented("", &once.text)), [] as [String; 0], "{}", once.text);
        }
    }
}

#[test]
fn what_a_later_template_adds_goes_where_it_belongs() {
    let old = completed(SMALL, "").text;
    let page = SMALL
        .replace("- **Size:**", "- **Host:** [where]\n- **Size:**")
        .replace("## 4. Cache", "## Team\n\n[Who?]\n\n## 4. Cache");
    let new = completed(&page, &old);
    let added = "# Host: where\n#host = \"\"\n";
    assert!(new.text.contains(&format!("#version = \"\"\n{added}# Size")), "{}", new.text);
    assert!(new.text.contains("\n\n# Team\n[team]\n# Who?\n#description = \"\"\n\n# 4. Cache\n"), "{}", new.text);
    assert_eq!(new.added, 2);
}

#[test]
fn every_way_to_write_a_table_is_completed_in_its_own() {
    let facts = "overview.version = 16\n\n[stack]\nserver = { product = \"P\", use = \"U\" } # mine\nsettings.PORT = [\n  1,\n]\n";
    let Completed { text, notes, .. } = completed(SMALL, facts);
    assert!(text.contains("\n# Describe it:\n#overview.description = \"\"\n"), "{text}");
    assert!(text.contains("settings.PORT = [\n  1,\n]\n#settings.HOST = \"\"\n"), "{text}");
    assert_eq!(notes, [] as [String; 0]);
}

#[test]
fn what_braces_lack_is_named_above_them_once() {
    let facts = "# ours\noverview = { version = 16, size = { now = 1 } } # mine\n";
    let Completed { text, added, notes } = completed(SMALL, facts);
    let expected = "\
# ours
# In the braces of `overview`: description = \"\"  # Describe it:
# In the braces of `overview.size`: in_a_year = \"\"  # in a year
overview = { version = 16, size = { now = 1 } } # mine
";
    assert!(text.starts_with(expected), "{text}");
    assert!(!text.contains("[overview]"), "{text}");
    assert_eq!(
        notes,
        ["overview", "overview.size"]
            .map(|table| format!("`{table}` stands in braces: the line above it says what it lacks"))
    );
    assert!(added > 2);
    assert_eq!(completed(SMALL, &text), Completed { text, added: 0, notes: Vec::new() });
}

#[test]
fn a_row_gets_the_fields_that_it_lacks() {
    for (facts, added) in [
        ("[stack]\nserver.product = 1\n", "server.product = 1\n#server.use = \"\"\n"),
        ("[stack.server]\nproduct = 1\n", "[stack.server]\nproduct = 1\n#use = \"\"\n"),
        (
            "[stack]\nserver = { product = 1 }\n",
            "[stack]\n# In the braces of `stack.server`: use = \"\"\nserver = { product = 1 }\n",
        ),
        ("stack.server = { product = 1, use = 2 }\n", "stack.server = { product = 1, use = 2 }\n"),
    ] {
        let text = completed(SMALL, facts).text;
        assert!(text.contains(added), "{text}");
        assert_eq!(text.matches("use = ").count(), 1, "{text}");
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_stay() {
    let text = completed(SMALL, "\u{feff}# mine\r\n\r\n[overview]\r\nversion = 1\r\n").text;
    assert!(text.starts_with("\u{feff}# mine\r\n"), "{text:?}");
    assert!(!text.replace("\r\n", "").contains('\n'), "{text:?}");
}

#[test]
fn the_schema_is_named_once() {
    let named = |facts: &str| complete(facts, facts::Table::empty(), &Plan::default(), Some("./x.schema.json")).text;
    assert_eq!(named("a = 1\n"), "#:schema ./x.schema.json\na = 1\n");
    assert_eq!(named("# c\n#:schema ./own.json\n"), "# c\n#:schema ./own.json\n");
}

#[test]
fn tables_that_are_there_need_no_example() {
    let schema = "[tables.users]\ndescription = \"U\"\n[tables.users.columns]\nid = { type = \"int\" }\n";
    assert!(!completed(TEMPLATE, schema).text.contains("example"), "a gap in a record is no reason for one");
    assert!(completed(TEMPLATE, "").text.contains("#[tables.example]"));
}

/// Pieces of facts files, as people write them; at most one of each line is taken.
const PIECES: &[&[&str]] = &[
    &["", "# a comment\n", "#:schema ./a.json\n", "\u{20}\u{20}# odd   spacing\n\n\n"],
    &[
        "",
        "name_of_the_system   =   'S' # trailing\n",
        "# name_of_the_system = \"\"\n",
        "overview.version = 1\n",
        "overview = { version = 1 }\n",
        "overview={size={now=1},version=1} # mine\n",
        "overview . size .now = 1\n",
    ],
    &[
        "",
        "stack.server.product = \"P\"\n",
        "pool = \"\"\"\n[overview]\n#version = 1\n\"\"\"\n",
        "pool = false\n",
        "further = [\n 1, # one\n\n 2 ]\n",
        "stack = { server = { product = \"P\" }, settings = {} }\n",
        "stack.server = { use = \"U\" }\n# In the braces of `stack.server`: product = \"\"\n",
    ],
    &[
        "",
        "\n[stack.settings]\nHOST=\"h\"\n",
        "\n[stack.settings]\n#HOST=\"h\"\nPORT = 1\n",
        "\n#[stack.settings]\n",
        "\n[stack . \"server\"]\n\tproduct = 'P'\n",
        "\n[stack]\n server={product='P'}\n",
    ],
    &["", "\n# above\n[cache]\nttl = 1\n", "[ cache ] # odd\n", "\n[cache]\n\t\"ttl\"=[]\n\n\n"],
    &[
        "",
        "\n[[limits.items]]\nlimit = 1\n",
        "\n[other.\"k k\".x]\ny = 1979-05-27\n",
        "\n[[other]]\na.b = 1\n[other.c]\nd = '''\n[pool]\n'''\n",
    ],
    &["", "\n[tables.a]\n[tables.a.columns]\nid = {type=\"int\"}\n", "\n#[[pool.limits.items]]\n#limit = \"\"\n"],
];

prop_compose! {
    fn any_facts()(picks in prop::collection::vec(0usize..7, PIECES.len()), crlf: bool, end: bool) -> String {
        let pieces = PIECES.iter().zip(picks).map(|(pieces, pick)| pieces.get(pick).copied().unwrap_or_default());
        let mut text: String = pieces.collect();
        if end {
            text.truncate(text.trim_end().len());
        }
        if crlf { text.replace('\n', "\r\n") } else { text }
    }
}

/// The values of a facts file, without tables that hold nothing.
fn values(facts: &str) -> Option<Vec<String>> {
    let mut diagnostics = Vec::new();
    let source = Sources::default().add(SourceKind::Facts, "a.toml", facts);
    let root = facts::parse(source, facts, &mut FactIds::default(), &mut diagnostics);
    let mut values = Vec::new();
    root.visit_leaves(&mut |steps, entry| {
        values.push(format!("{} {:?}", facts::leaf_path(steps), entry.value.scalar_text()));
    });
    diagnostics.is_empty().then_some(values)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn nothing_of_a_facts_file_is_lost(facts in any_facts()) {
        let Some(before) = values(&facts) else { return Ok(()) };
        let new = completed(SMALL, &facts).text;
        let mut lines = new.lines();
        for line in facts.lines() {
            prop_assert!(lines.any(|new| new == line), "{line:?} is gone:\n{new}");
        }
        let mut after = values(&new);
        let mut before = Some(before);
        before.iter_mut().chain(&mut after).for_each(|values| values.sort());
        prop_assert_eq!(before, after, "other facts:\n{}", new);
        prop_assert_eq!(&completed(SMALL, &new).text, &new, "a second time");
    }

    #[test]
    fn what_was_added_can_be_filled_in(facts in any_facts()) {
        if values(&facts).is_none() {
            return Ok(());
        }
        let new = completed(SMALL, &facts).text;
        let full = uncommented(&facts, &new);
        prop_assert!(values(&full).is_some(), "no TOML:\n{full}");
        let old: HashSet<_> = mistakes(SMALL, &facts).into_iter().filter(|told| told.starts_with("unused")).collect();
        let told: Vec<_> = mistakes(SMALL, &full).into_iter().filter(|told| told.starts_with("unused") && !old.contains(told)).collect();
        prop_assert!(told.is_empty(), "{told:?}\n{full}");
    }
}

/// Blocks that ask for one name in every form.
const FORMS: &[&str] = &[
    "Words of [name] here.",
    "[name]",
    "- **Name:** [name]",
    "- **Name:** [name] by [who]",
    "- **Name:** [other]\n  - **Who:** [who]",
    "- **Name:** [name]\n  - Who",
    "- Name\n  - Who",
    "- Name",
    "- [name]\n- [who]",
    "**Name:**\n- [name]\n- Who\n  - [who]",
    "**Name:**\n\n| Item | Who |\n|---|---|\n| **Name** | [name] |\n| [name] | [who] |",
    "- [name]\n- [name]",
    "1. **[name]** - [who]",
    "**Name:**\n- [name]",
    "**Name:**\n1. [name] by [who]",
    "**Name:**\n- **Who:** [who]",
    "**Name:** [name]",
    "**Name:** [name] by [who]",
    "**Name:**\n```\nname=[name]\nwho=[who]\n```",
    "```\nname=[name]\n```",
    "```\nname=[name] [who]\n```",
    "| Item | Name | Who |\n|---|---|---|\n| **Name** | [name] | [who] and [name] |",
    "| Item | Name | Who |\n|---|---|---|\n| **Name** | [name] and [who] | [name] |",
    "| Name | Who |\n|---|---|\n| [name] | [who] |",
    "**[name]**\n- [who]",
    "**[name]:**\n- **Name:** [who]",
    "## Name\n\n[who]",
    "## [name]\n\n[who]",
    "## [name] by [who]\n\n[Describe it]\n\n### Name\n\n[name]",
    "## `[table_name]`\n\n[name]",
    "## Description\n\n[name]\n\n- **Who:** [who]",
    "## Purpose\n\n[name]",
    "## Indexes\n\n[name]\n\n- [index_name] on [columns] - [name]",
    "**Indexes:** [name]",
    "- Columns: [name]",
    "- Kind: [name] by [who]",
    "**Columns:**\n- **Name:** [name] by [who]",
    "**Columns:**\n\n| Item | Name |\n|---|---|\n| **Name** | [name] |\n| [column_name] | [name] |",
    "**Relations:**\n```\nname=[name]\n```",
];

/// Pages of two of them: one beside the other, in the section or the item of a record, beside what has its address, or in
/// the section of a table.
fn page_of_forms(at: usize, first: &str, second: &str) -> String {
    match at % 5 {
        0 => format!("# T\n\n[Describe it:]\n\n{first}\n\n{second}\n"),
        1 => format!("# T\n\n- **Items:** [name]\n\n{second}\n\n{first}\n"),
        2 => format!("# T\n\n## [name]\n\n{first}\n\n{}\n", second.replace("## ", "### ")),
        3 => {
            format!("# T\n\n## [table_name]\n\n{}\n\n{}\n", first.replace("## ", "### "), second.replace("## ", "### "))
        }
        _ => format!("# T\n\n1. **[name]** - [what]\n\n   {}\n\n{second}\n", first.replace('\n', "\n   ")),
    }
}

#[test]
fn one_address_has_one_form() {
    for (at, first) in FORMS.iter().enumerate() {
        for (other, second) in FORMS.iter().enumerate() {
            let page = page_of_forms(at + other, first, second);
            let full = uncommented("", &completed(&page, "").text);
            assert!(values(&full).is_some(), "no TOML:\n{page}\n{full}");
            let mut told = mistakes(&page, &full);
            told.retain(|told| !told.starts_with("unfilled-placeholder"));
            assert!(told.is_empty(), "{told:?}\n{page}\n{full}");
        }
    }
}

#[test]
fn all_that_stands_in_a_table_is_asked_for_in_the_example() {
    let page = "# T\n\n## `[table_name]`\n\n**Access:**\n- [Role] - [Rights]\n\n### Purpose\n\n[Purpose]\n\n\
                ### Indexes\n\n[Say why]\n\n- [index_name] on [columns] since [release]\n";
    let text = completed(page, "").text;
    for line in [
        "#[tables.example]",
        "#example_parent_id_idx = { columns = [\"parent_id\"], purpose = \"\", release = \"\" }",
        "#[[tables.example.access]]",
        "#rights = \"\"",
        "#[tables.example.indexes_2]",
    ] {
        assert_eq!(text.lines().filter(|written| *written == line).count(), 1, "{line}\n{text}");
    }
    assert!(!text.contains("purpose_2") && !text.contains("example.purpose"), "{text}");
    assert_eq!(mistakes(page, &uncommented("", &text)), [""; 0]);
}

#[test]
fn a_record_has_lists_of_tables_of_its_own() {
    let page = "# T\n\n## [service]\n\n- [table_name] - [purpose]\n";
    let text = completed(page, "").text;
    assert!(text.contains("#[[items.items]]\n# table_name\n#table_name = \"\"\n"), "{text}");
    assert_eq!(mistakes(page, &uncommented("", &text)), [""; 0]);
}

#[test]
fn rows_of_one_name_are_one() {
    let page = "# T\n\n- **Db:** [name] by [who]\n\n| Part | Who | Use |\n|---|---|---|\n| Db | [who] | [use] |\n";
    let text = completed(page, "").text;
    assert_eq!(text, "# Db: name; who; who; use\n#db = { name = \"\", who = \"\", use = \"\" }\n");
    assert_eq!(mistakes(page, &uncommented("", &text)), [""; 0]);
}
