use mdbook_database::*;
use source::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let t = std::fs::read_to_string(&a[1]).unwrap();
    let f = std::fs::read_to_string(&a[2]).unwrap();
    let mut s = Sources::default();
    let fs = s.add(SourceKind::Facts, "database.toml", f.clone());
    let cs = s.add(SourceKind::Chapter, "src/database.md", t.clone());
    let mut d = vec![];
    let mut ids = facts::FactIds::default();
    let table = facts::parse(fs, &f, &mut ids, &mut d);
    let empty = facts::Table::default();
    let tables = table.get("tables").first().and_then(|e| e.value.as_table()).unwrap_or(&empty);
    let schema = schema::parse(tables, &mut d);
    let tpl = template::parse(&t, &|_| false);
    let o = fill::Options {
        source: cs,
        chapter: "database.md",
        optional: &[],
        required: &[],
        draft: std::env::var("DRAFT").is_ok(),
        erd: erd::Format::Text,
        guard_includes: true,
        allow_html: true,
    };
    let fx = fill::Facts { root: &table, schema: &schema, first: fs, text: &f, elsewhere: &Default::default() };
    let r = fill::fill(&t, &tpl, fx, o);
    d.extend(r.diagnostics);
    let rep = report::Report::new(d, vec![r.progress], &Default::default(), false, &s);
    eprintln!("{}", report::render(&rep, &s, report::Format::Human, report::Style { color: false, width: Some(140) }));
    println!("{}", r.text);
    let used: std::collections::HashSet<_> = r.used.iter().collect();
    for l in table.leaves() {
        if !used.contains(&l.entry.value.id) && !l.path().starts_with("tables.") {
            eprintln!("unused {}", l.path());
        }
    }
}
