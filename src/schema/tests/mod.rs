//! What a user sees of the schema: tables, texts, and every mistake at its place.

mod references;

use super::{Owner, Relation, Schema, Table, parse};
use crate::diagnostic::{Diagnostic, Sub};
use crate::facts::{self, FactIds};
use crate::source::{SourceKind, Sources};

/// Reads `text` and hands its schema and diagnostics to a check.
fn with<T>(text: &str, check: impl FnOnce(&Schema<'_>, Vec<Diagnostic>) -> T) -> T {
    let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
    let mut diagnostics = Vec::new();
    let facts = facts::parse(source, text, &mut FactIds::default(), &mut diagnostics);
    assert_eq!(diagnostics, [], "the TOML of the test");
    let tables = facts.get_exact("tables").and_then(|entry| entry.value.as_table()).unwrap();
    let schema = parse(tables, &mut diagnostics);
    check(&schema, diagnostics)
}

fn good<T>(text: &str, check: impl FnOnce(&Schema<'_>) -> T) -> T {
    with(text, |schema, diagnostics| {
        assert_eq!(diagnostics, []);
        check(schema)
    })
}

/// Code, title, the text at the place, and the texts at the further places.
fn mistakes(text: &str) -> Vec<String> {
    with(text, |_, diagnostics| diagnostics.iter().map(|diagnostic| shown(text, diagnostic)).collect())
}

fn shown(text: &str, diagnostic: &Diagnostic) -> String {
    let mut shown = format!("{} {}", diagnostic.code.as_str(), diagnostic.title);
    shown.push_str(&format!(" @ {}", &text[diagnostic.place.span.range()]));
    for sub in &diagnostic.subs {
        match sub {
            Sub::Place { label, .. } => shown.push_str(&format!(" & {}", &text[label.span.range()])),
            Sub::Replace { span, text: new, .. } => shown.push_str(&format!(" [{} -> {new}]", &text[span.range()])),
            _ => {}
        }
    }
    shown
}

/// The constraints of the columns of the last table.
fn constraints(columns: &str) -> Vec<String> {
    let text = format!(
        "[tables.users.columns]\nid = {{ primary_key = true }}\nemail = {{ unique = true }}\n[tables.t.columns]\n{columns}"
    );
    good(&text, |schema| {
        schema.table("t").unwrap().columns.iter().map(|column| column.constraints.to_string()).collect()
    })
}

const USERS: &str =
    "[tables.users.columns]\nid = { type = 'bigint', primary_key = true }\nemail = { type = 'citext' }\n";

fn users_and(text: &str) -> String {
    format!("{USERS}{text}")
}

#[test]
fn the_example_of_the_guide_is_read() {
    let text = "[tables.users]\ndescription = 'People who can sign in.'\n[tables.users.columns]\n\
        id    = { type = 'bigint', constraints = 'primary key', description = 'Surrogate key.' }\n\
        email = { type = 'citext', constraints = 'not null, unique', description = 'Sign-in name.' }\n\
        [tables.users.indexes]\nusers_email_key = { columns = ['email'], unique = true, purpose = 'Look-up.' }\n";
    good(text, |schema| {
        let users = schema.table("users").unwrap();
        assert_eq!(&text[users.name.span.range()], "users");
        assert_eq!(users.kind, "table");
        assert_eq!(users.description.unwrap().as_str(), Some("People who can sign in."));
        let id = users.column("id").unwrap();
        assert_eq!((id.data_type.as_ref(), id.constraints.as_ref()), ("bigint", "primary key"));
        assert_eq!((id.primary_key, id.nullable, id.unique), (true, false, true));
        let email = users.column("email").unwrap();
        assert_eq!((email.primary_key, email.nullable, email.unique), (false, false, true));
        assert_eq!(email.description.unwrap().as_str(), Some("Sign-in name."));
        assert_eq!(users.indexes[0].words(), "email (unique)");
        assert_eq!(users.indexes[0].purpose.unwrap().as_str(), Some("Look-up."));
        assert!(schema.unknown.is_empty());
    });
}

#[test]
fn tables_keep_the_order_of_the_file_and_other_entries_are_not_the_schemas() {
    let text = "[tables]\ndescription = 'all'\nlist = [1]\n[tables.z]\ncolumns = []\n[tables.\"billing.invoices\"]\n\
        columns = []\n[tables.a]\nkind = 'materialized view'\n";
    good(text, |schema| {
        let tables: Vec<_> = schema.tables.iter().map(|table| (table.name.text, table.kind)).collect();
        assert_eq!(tables, [("z", "table"), ("billing.invoices", "table"), ("a", "materialized view")]);
        assert_eq!(schema.position("billing.invoices"), Some(1));
    });
}

#[test]
fn constraints_are_made_from_the_typed_fields() {
    let columns = "a = { primary_key = true }\nb = { nullable = false }\nc = { nullable = false, unique = true }\n\
        d = { default = 'now()' }\ne = { default = 0, nullable = false }\nf = {}\ng = { nullable = true }\n\
        h = { references = 'users.id', on_delete = 'cascade', nullable = false }\ni = { references = 'users' }\n\
        j = { references = { table = 'users', columns = ['email'] }, on_update = 'set null' }\n";
    assert_eq!(
        constraints(columns),
        [
            "primary key",
            "not null",
            "not null, unique",
            "default now()",
            "not null, default 0",
            "nullable",
            "nullable",
            "not null, references users (id) on delete cascade",
            "references users (id)",
            "references users (email) on update set null",
        ]
    );
}

#[test]
fn given_constraints_are_shown_as_given() {
    let columns = "a = { constraints = 'NOT NULL; my words' }\nb = { constraints = ['not null', 'unique'] }\n\
        c = { constraints = [] }\n";
    assert_eq!(constraints(columns), ["NOT NULL; my words", "not null, unique", "nullable"]);
}

/// A relation in the author's own words, or in those of its foreign key.
fn words(schema: &Schema<'_>, table: &Table<'_>, relation: &Relation<'_>) -> Option<String> {
    let parts = |key| schema.foreign_key_parts(table, key).map(|part| part.text()).collect();
    relation.words.map(str::to_owned).or_else(|| relation.foreign_key.as_ref().map(parts))
}

#[test]
fn given_constraints_are_read_for_keys_and_references() {
    let text = users_and(
        "[tables.t.columns]\nid = { constraints = 'PRIMARY KEY' }\n\
         u = { constraints = ['not null', 'references users (id) on delete cascade'] }\nv = { constraints = 'default 7' }\n",
    );
    good(&text, |schema| {
        let t = schema.table("t").unwrap();
        assert!(t.columns[0].primary_key && !t.columns[0].nullable);
        assert!(!t.columns[1].nullable);
        assert_eq!(t.columns[2].default.as_deref(), Some("7"));
        let [relation] = &t.relations[..] else { panic!("one relation") };
        assert_eq!(&text[relation.span.range()], "users");
        assert_eq!(words(schema, t, relation).as_deref(), Some("u references users (id), on delete cascade"));
    });
}

#[test]
fn typed_fields_and_text_that_disagree_are_shown_both() {
    let text = users_and(
        "[tables.t.columns]\na = { constraints = 'not null', nullable = true }\n\
         b = { constraints = 'primary key', primary_key = false }\nc = { constraints = 'unique', unique = false }\n\
         d = { constraints = 'default 1', default = 2 }\n\
         e = { constraints = 'references users (id)', references = 'users.email' }\n\
         f = { constraints = 'references users on delete cascade', on_delete = 'restrict' }\n\
         g = { constraints = 'not null, default 1', nullable = false, default = 1, references = 'users' }\n",
    );
    let title = |field: &str| format!("wrong-form `{field}` and `constraints` disagree @ ");
    assert_eq!(
        mistakes(&text),
        [
            title("nullable") + "true & not null",
            title("primary_key") + "false & primary key",
            title("unique") + "false & unique",
            title("default") + "2 & 1",
            title("references") + "'users.email' & users",
            title("on_delete") + "'restrict' & users",
        ]
    );
}

#[test]
fn an_index_on_a_column_that_is_not_there_is_an_error_and_an_expression_is_not() {
    let index = |columns: &str| {
        let text = users_and(&format!("[tables.users.indexes]\ni = {{ columns = {columns} }}\n"));
        mistakes(&text)
    };
    for fine in [
        "['email']",
        "'email'",
        "['lower(email)']",
        "['email desc nulls last']",
        "['email text_pattern_ops']",
        "['\"email\" asc', 'email collate \"C\"']",
        "['(data ->> 1)', 'a || b', 'date::text']",
        "['email(10)']",
    ] {
        assert_eq!(index(fine), Vec::<String>::new(), "{fine}");
    }
    let unknown =
        |name: &str, near: &str| format!("unknown-column table `users` has no column `{name}` @ {name} & users{near}");
    assert_eq!(index("['emial', 'id']"), [unknown("emial", " [emial -> email]")]);
    assert_eq!(index("['created desc']"), [unknown("created", "")]);
    assert_eq!(index("['\"Mail\"']"), [unknown("Mail", " [Mail -> email]")]);
}

#[test]
fn the_words_of_an_index_say_what_is_not_usual() {
    let text = users_and(
        "[tables.users.indexes]\na = { columns = ['email', 'id'] }\n\
         b = { columns = 'lower(email)', unique = true, method = 'gin', where = 'id is not null' }\n",
    );
    good(&text, |schema| {
        let words: Vec<_> = schema.tables[0].indexes.iter().map(|index| index.words()).collect();
        assert_eq!(words, ["email, id", "lower(email) (unique, gin, where id is not null)"]);
        assert_eq!(schema.tables[0].indexes[0].details(), "");
    });
}

#[test]
fn a_unique_index_over_all_rows_of_one_column_makes_it_unique() {
    let unique = |index: &str| {
        let text = users_and(&format!("[tables.users.indexes]\ni = {{ {index} }}\n"));
        good(&text, |schema| schema.tables[0].column("email").unwrap().unique)
    };
    assert!(unique("columns = ['email desc'], unique = true"));
    assert!(!unique("columns = ['email'], unique = true, where = 'id > 0'"));
    assert!(!unique("columns = ['email', 'id'], unique = true"));
    assert!(!unique("columns = ['lower(email)'], unique = true"));
    assert!(!unique("columns = ['email']"));
}

#[test]
fn one_primary_key_of_several_columns_is_not_two_keys() {
    let composite = "[tables.t.columns]\na = { primary_key = true }\nb = { primary_key = true, constraints = 'primary key' }\n\
        c = { constraints = 'part of the primary key' }\n";
    good(composite, |schema| {
        let columns = &schema.tables[0].columns;
        assert!(columns.iter().all(|column| column.primary_key && !column.unique));
    });
    let two = "[tables.t.columns]\na = { constraints = 'primary key' }\nx = {}\nb = { constraints = 'not null primary key' }\n";
    assert_eq!(mistakes(two), ["wrong-form table `t` has two primary keys @ not null primary key & primary key"]);
    let mixed = "[tables.t.columns]\na = { primary_key = true }\nb = { constraints = 'primary key' }\n";
    assert_eq!(mistakes(mixed), ["wrong-form table `t` has two primary keys @ primary key & primary_key"]);
}

#[test]
fn a_primary_key_is_never_null() {
    let text = "[tables.t.columns]\na = { primary_key = true, nullable = true }\n";
    assert_eq!(mistakes(text), ["wrong-form `nullable` is true for a column of the primary key @ true & primary_key"]);
}

#[test]
fn columns_must_be_there_for_a_table() {
    let text = "[tables.users]\ndescription = 'x'\n[tables.v]\nkind = 'view'\n[tables.last]\n";
    with(text, |_, diagnostics| {
        assert_eq!(diagnostics.len(), 2);
        assert_eq!(shown(text, &diagnostics[0]), "unfilled-placeholder table `users` has no `columns` @ users");
        let Some(Sub::Insert { at, lines, .. }) = diagnostics[0].subs.last() else { panic!("no repair") };
        assert!(text[*at..].starts_with("[tables.v]"));
        assert!(lines.starts_with("\n[tables.users.columns]\nid = { type"));
    });
}

#[test]
fn unknown_fields_are_left_to_the_template() {
    let text = "[tables.users]\nowner = 'Team A'\nColumns = { id = { typ = 'x', since = '1.0' } }\nprimary_key = ['id']\n\
        [tables.users.indexes]\ni = { columns = ['id'], size = 3 }\n[[tables.users.relations]]\n\
        columns = 'id'\nreferences = { table = 'users', columns = ['id'], match = 'full' }\n";
    with(text, |schema, diagnostics| {
        assert_eq!(diagnostics, []);
        let found: Vec<_> = schema.unknown.iter().map(|field| (field.owner, field.path.join("/"))).collect();
        assert_eq!(
            found,
            [
                (Owner::Table, "tables/users/owner".to_owned()),
                (Owner::Table, "tables/users/primary_key".to_owned()),
                (Owner::Column, "tables/users/Columns/id/typ".to_owned()),
                (Owner::Column, "tables/users/Columns/id/since".to_owned()),
                (Owner::Index, "tables/users/indexes/i/size".to_owned()),
                (Owner::Reference, "tables/users/relations/references/match".to_owned()),
            ]
        );
        let said: Vec<_> = schema.unknown.iter().map(|field| shown(text, &field.diagnostic())).collect();
        assert_eq!(said[0], "unknown-fact a table has no field `owner` @ owner");
        assert_eq!(said[2], "unknown-fact a column has no field `typ` @ typ [typ -> type]");
        assert!(matches!(&schema.unknown[1].diagnostic().subs[0], Sub::Help(help) if help.contains("at each column")));
    });
}

#[test]
fn every_wrong_form_is_reported_in_the_order_of_the_file() {
    let text = "[tables.t]\nkind = 1\nchecks = 'x > 0'\nrelations = 5\n[tables.t.columns]\nid = 'bigint'\nn = 3\n\
        a = { type = 1, constraints = [1], primary_key = 'yes', default = [], references = 1 }\n\
        b = { type = '', on_delete = 'cascade' }\n[tables.t.indexes]\ni = 'id'\nj = {}\nk = { columns = [], unique = 1 }\n\
        [tables.u]\ncolumns = 7\nrelations = [{ columns = 'x' }, 3, {}]\nchecks = [{ name = 'c' }, false]\n";
    assert_eq!(
        mistakes(text),
        [
            "wrong-form `kind` must be a string @ 1",
            "wrong-form `checks` must be a table by name or an array @ 'x > 0'",
            "wrong-form `relations` must be a table by name or an array @ 5",
            "wrong-form `id` must be a table such as `{ type = \"\" }` @ 'bigint' ['bigint' -> { type = \"bigint\" }]",
            "wrong-form `n` must be a table such as `{ type = \"\" }` @ 3",
            "wrong-form `type` must be a string @ 1",
            "wrong-form `constraints` must be a string or an array of strings @ 1",
            "wrong-form `primary_key` must be `true` or `false` @ 'yes'",
            "wrong-form `default` must be a string, number or boolean @ []",
            "wrong-form `references` must be \"TABLE.COLUMN\", \"TABLE\" or `{ table = \"TABLE\", columns = [\"COLUMN\"] }` @ 1",
            "wrong-form `type` must be a string @ ''",
            "wrong-form `on_delete` is said of a column that refers to nothing @ on_delete",
            "wrong-form `i` must be a table such as `{ columns = [\"COLUMN\"] }` @ 'id' ['id' -> { columns = \"id\" }]",
            "wrong-form index `j` has no `columns` @ j",
            "wrong-form `columns` must be a string or an array of strings @ []",
            "wrong-form `unique` must be `true` or `false` @ 1",
            "wrong-form `columns` must be a table by name @ 7",
            "wrong-form this relation has no `references` @ { columns = 'x' }",
            "wrong-form `relation` must be a table or a string @ 3",
            "wrong-form this relation has no `references` @ {}",
            "wrong-form check `c` has no `expression` @ { name = 'c' }",
            "wrong-form `check` must be a table or a string @ false",
        ]
    );
}

#[test]
fn a_column_given_as_its_type_is_still_a_column() {
    let text = "[tables.t.columns]\nid = 'bigint'\n[tables.t.indexes]\ni = { columns = ['id'] }\n";
    with(text, |schema, diagnostics| {
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(schema.tables[0].columns[0].data_type, "bigint");
    });
}

#[test]
fn a_field_given_twice_is_shown_twice() {
    let text = "[tables.t.columns]\na = { on_delete = 'x', On-Delete = 'y', references = 't.a' }\n";
    assert_eq!(
        mistakes(text),
        ["ambiguous-address `on_delete` and `On-Delete` are the same field @ On-Delete & on_delete"]
    );
}

#[test]
fn checks_are_texts_by_name_or_in_an_array() {
    let text = "[tables.t]\ncolumns = []\n[tables.t.checks]\npositive = 'x > 0'\n\
        named = { expression = 'y <> 0', description = 'Never nought.' }\n[tables.u]\ncolumns = []\n\
        checks = ['z > 0', { name = 'n', expression = 'a[1] > 0' }]\n";
    good(text, |schema| {
        let all = schema.tables.iter().flat_map(|table| &table.checks);
        let shown: Vec<_> = all.map(|check| (check.name.map_or("", |name| name.text), check.expression)).collect();
        assert_eq!(shown, [("positive", "x > 0"), ("named", "y <> 0"), ("", "z > 0"), ("n", "a[1] > 0")]);
    });
}

#[test]
fn nothing_is_said_with_an_empty_array_or_false() {
    let text = "[tables.t]\ncolumns = []\nindexes = []\nrelations = false\nchecks = []\n";
    good(text, |schema| assert!(schema.tables[0].indexes.is_empty()));
}

#[test]
fn columns_that_could_not_be_read_are_one_mistake_and_not_many() {
    let text = "[tables.t.indexes]\ni = { columns = ['a'] }\n[tables.t.relations]\nr = { columns = 'a', references = 'u' }\n\
        [tables.u]\ncolumns = 'a'\n[tables.v]\nkind = 'view'\nindexes = { j = { columns = ['a'] } }\n";
    assert_eq!(
        mistakes(text),
        ["unfilled-placeholder table `t` has no `columns` @ t", "wrong-form `columns` must be a table by name @ 'a'"]
    );
}

/// A schema written by hand in one file and by a tool in another.
#[test]
fn the_schema_of_merged_files_shows_places_in_both() {
    let (mut sources, mut ids, mut found) = (Sources::default(), FactIds::default(), Vec::new());
    let by_hand = "[tables.users.columns]\nid = { description = 'Key.', references = 'accounts.nr' }\n";
    let by_tool = "[tables.accounts.columns]\nid = { type = 'int', primary_key = true }\n\
        [tables.users.columns]\nid = { type = 'bigint', nullable = false }\n";
    let (hand, tool) = (sources.add(SourceKind::Facts, "a", by_hand), sources.add(SourceKind::Facts, "b", by_tool));
    let files = [(hand, by_hand), (tool, by_tool)].map(|(id, text)| facts::parse(id, text, &mut ids, &mut found));
    let merged = facts::merge(files.into());
    let tables = merged.get_exact("tables").and_then(|entry| entry.value.as_table()).unwrap();
    let schema = parse(tables, &mut found);
    let id = schema.table("users").and_then(|users| users.column("id")).unwrap();
    assert_eq!((id.data_type.as_ref(), id.constraints.as_ref()), ("bigint", "not null, references accounts.nr"));
    assert_eq!(id.description.unwrap().as_str(), Some("Key."));
    assert_eq!(found.len(), 1);
    let Sub::Place { label, .. } = &found[0].subs[0] else { panic!("no second place") };
    assert_eq!((sources.slice(found[0].place.span), found[0].place.span.source), ("nr", hand));
    assert_eq!((sources.slice(label.span), label.span.source), ("accounts", tool));
}

#[test]
fn a_text_that_speaks_of_a_thing_in_its_own_words_says_it() {
    for (given, typed) in [
        ("primary key of the old system", "primary_key = true"),
        ("null in old rows", "nullable = true"),
        ("unique per tenant", "unique = true"),
        ("the default is 1", "default = 2"),
        ("references the users table", "references = 'users.id'"),
        ("a foreign key since 2020", "references = 'users.id'"),
    ] {
        assert_eq!(constraints(&format!("a = {{ constraints = '{given}', {typed} }}\n")), [given]);
    }
    for (typed, said) in [
        ("primary_key = true", "primary key"),
        ("nullable = false", "not null"),
        ("nullable = true", "nullable"),
        ("unique = true", "unique"),
        ("default = 2", "default 2"),
        ("references = 'users.id', on_delete = 'cascade'", "references users (id) on delete cascade"),
        ("unique = true, default = 2", "unique, default 2"),
    ] {
        let text = constraints(&format!("a = {{ constraints = 'my words', {typed} }}\n"));
        assert_eq!(text, [format!("my words, {said}")]);
    }
    for silent in ["primary_key = false", "unique = false"] {
        assert_eq!(constraints(&format!("a = {{ constraints = 'my words', {silent} }}\n")), ["my words"]);
    }
    assert_eq!(
        constraints("a = { constraints = 'my words', primary_key = true, nullable = false }\n"),
        ["my words, primary key"]
    );
}

#[test]
fn a_record_of_an_array_has_the_name_that_it_says() {
    let text = users_and(
        "[tables.t]\ncolumns = { u = {} }\n\
         relations = [{ name = 'owner', columns = 'u', references = 'users' }, { description = 'Free.' }]\n",
    );
    good(&text, |schema| {
        let names: Vec<_> =
            schema.tables[1].relations.iter().map(|relation| relation.name.map(|name| name.text)).collect();
        assert_eq!(names, [Some("owner"), None]);
    });
}
