//! A page filled by itself, for the tests of what is made from filled pages.

use crate::diagnostic::Diagnostic;
use crate::erd;
use crate::facts::{self, FactIds};
use crate::fill::{Facts, Filled, Options, fill};
use crate::schema;
use crate::source::{SourceKind, Sources};
use crate::template::{self, Template};

/// Fills a page and hands on the template, what became of it, its facts, and what there is to say.
pub(crate) fn with_page<T>(
    page: &str,
    facts: &str,
    look: impl FnOnce(&Template, &Filled, &facts::Table<'_>, Vec<Diagnostic>) -> T,
) -> T {
    let mut sources = Sources::default();
    let source = sources.add(SourceKind::Chapter, "src/page.md", page);
    let first = sources.add(SourceKind::Facts, "database.toml", facts);
    let mut diagnostics = Vec::new();
    let root = facts::parse(first, facts, &mut FactIds::default(), &mut diagnostics);
    let tables = root.get("tables").first().and_then(|entry| entry.value.as_table());
    let schema = schema::parse(tables.unwrap_or(facts::Table::empty()), &mut diagnostics);
    let template = template::parse(page, &|_| false);
    let given = Facts { root: &root, schema: &schema, first, sources: &sources, elsewhere: &|_| false };
    let options = Options {
        source,
        chapter: "page.md",
        optional: &[],
        required: &[],
        draft: false,
        erd: erd::Format::Text,
        guard_includes: false,
        allow_html: true,
    };
    let filled = fill(page, &template, given, options);
    diagnostics.extend(filled.diagnostics.iter().cloned());
    look(&template, &filled, &root, diagnostics)
}

/// The kinds and addresses of the placeholders of a section `S` that holds this, residue aside.
pub(crate) fn places(body: &str) -> Vec<String> {
    let placeholders = template::parse(&format!("# T\n\n## S\n\n{body}"), &|_| false).placeholders;
    let of = |place: template::Placeholder| Some(format!("{} {}", place.kind.as_str(), place.address?));
    placeholders.into_iter().filter_map(of).collect()
}
