//! References between tables, and mistakes in them.

use super::{USERS, good, mistakes, users_and, with, words};
use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::schema::Part;

#[test]
fn a_reference_names_a_column_a_table_or_several_columns() {
    let text = "[tables.users.columns]\nid = { primary_key = true }\n[tables.\"billing.invoices\".columns]\n\
        tenant = { primary_key = true }\nid = { primary_key = true }\n[tables.billing.columns]\n\
        invoices = { unique = true }\n[tables.lines.columns]\nid = { primary_key = true }\ntenant = {}\ninvoice = {}\n\
        parent = { references = 'lines' }\nuser = { references = 'users (id)' }\nb = { references = 'billing.invoices.id' }\n\
        [tables.lines.relations]\n\
        whole = { columns = ['tenant', 'invoice'], references = 'billing.invoices', on_delete = 'cascade' }\n\
        named = { columns = 'user', references = { table = 'users', columns = 'id' }, description = 'Who.' }\n\
        words = 'belongs to a *tenant*'\n";
    good(text, |schema| {
        let lines = schema.table("lines").unwrap();
        let words: Vec<_> = lines.relations.iter().filter_map(|relation| words(schema, lines, relation)).collect();
        assert_eq!(
            words,
            [
                "tenant, invoice references billing.invoices (tenant, id), on delete cascade",
                "user references users (id)",
                "belongs to a *tenant*",
                "parent references lines (id)",
                "b references billing.invoices (id)",
            ]
        );
        assert_eq!(lines.relations[0].name.unwrap().text, "whole");
        assert_eq!(&text[lines.relations[0].span.range()], "whole");
        assert_eq!(lines.relations[1].description.unwrap().as_str(), Some("Who."));
        let key = lines.relations[3].foreign_key.as_ref().unwrap();
        assert_eq!((key.columns.as_slice(), key.table, key.references.as_slice()), (&[3][..], 3, &[0][..]));
    });
}

#[test]
fn a_foreign_key_comes_in_pieces_for_a_caller_that_sets_names_as_code() {
    let text = users_and("[tables.t.columns]\nu = { references = 'users', on_delete = 'set null' }\n");
    good(&text, |schema| {
        let t = schema.table("t").unwrap();
        let parts = schema.foreign_key_parts(t, t.relations[0].foreign_key.as_ref().unwrap());
        let names: Vec<_> = parts.filter(|part| matches!(part, Part::Name(_))).map(Part::text).collect();
        assert_eq!(names, ["u", "users", "id"]);
    });
}

#[test]
fn a_key_said_at_the_column_and_among_the_relations_is_one() {
    let text = users_and(
        "[tables.t.columns]\nu = { references = 'users.id' }\n[tables.t]\n\
         relations = [{ columns = ['u'], references = 'users', description = 'Owner.' }, 'and more']\n",
    );
    good(&text, |schema| {
        let relations = &schema.table("t").unwrap().relations;
        assert_eq!(relations.len(), 2);
        assert!(relations[0].name.is_none());
        assert_eq!(&text[relations[1].span.range()], "'and more'");
    });
}

#[test]
fn a_reference_to_a_table_that_is_not_there_shows_the_nearest() {
    let text = users_and(
        "[tables.t.columns]\na = { references = 'user.id' }\nb = { references = 'public.users' }\n\
         c = { references = 'nowhere.id' }\nd = { references = { table = 'Users' } }\n\
         e = { constraints = 'references userz (id)' }\n",
    );
    assert_eq!(
        mistakes(&text),
        [
            "unknown-table there is no table `user` @ user & users [user -> users]",
            "unknown-table there is no table `public.users` @ public.users & users [public.users -> users]",
            "unknown-table there is no table `nowhere` @ nowhere",
            "unknown-table there is no table `Users` @ Users & users [Users -> users]",
            "unknown-table there is no table `userz` @ userz & users [userz -> users]",
        ]
    );
}

#[test]
fn a_slip_in_the_table_of_a_reference_keeps_the_column() {
    let text = "[tables.settings.columns]\nid = { type = 'int' }\n\
                [tables.t.columns]\na = { references = 'setting.id' }\n";
    let expected = "unknown-table there is no table `setting` @ setting & settings [setting -> settings]";
    assert_eq!(mistakes(text), [expected]);
}

#[test]
fn a_reference_to_a_column_that_is_not_there_shows_its_table() {
    let text = users_and(
        "[tables.t.columns]\na = { references = 'users.mail' }\n[tables.t.relations]\n\
         r = { columns = ['A', 'nothing'], references = { table = 'users', columns = ['id', 'ID'] } }\n",
    );
    assert_eq!(
        mistakes(&text),
        [
            "unknown-column table `users` has no column `mail` @ mail & users [mail -> email]",
            "unknown-column table `t` has no column `A` @ A & t [A -> a]",
            "unknown-column table `t` has no column `nothing` @ nothing & t",
            "unknown-column table `users` has no column `ID` @ ID & users [ID -> id]",
        ]
    );
}

#[test]
fn a_reference_matches_in_number() {
    let text = "[tables.p.columns]\na = { primary_key = true }\nb = { primary_key = true }\n[tables.q.columns]\n\
        x = { references = 'p' }\n[tables.q.relations]\nr = { columns = ['x'], references = { table = 'p', columns = ['a', 'b'] } }\n";
    assert_eq!(
        mistakes(text),
        [
            "wrong-form 1 column cannot refer to 2 columns @ 'p' & p",
            "wrong-form 1 column cannot refer to 2 columns @ r & p",
        ]
    );
}

#[test]
fn a_table_without_a_key_cannot_be_referred_to_by_name_alone() {
    let text = "[tables.p.columns]\na = {}\n[tables.q.columns]\nx = { references = 'p' }\n";
    assert_eq!(mistakes(text), ["unknown-column table `p` has no primary key to refer to @ 'p' & p"]);
}

#[test]
fn names_of_columns_and_tables_are_compared_exactly() {
    let text = "[tables.Users.columns]\nid = { primary_key = true }\nID = {}\n[tables.users.columns]\n\
        a = { references = 'Users' }\nA = { references = 'Users.ID' }\n";
    good(text, |schema| {
        let keys: Vec<_> = schema.tables[1].relations.iter().filter_map(|r| r.foreign_key.as_ref()).collect();
        assert_eq!((keys[0].references[0], keys[1].references[0]), (0, 1));
    });
}

/// Each of many tables refers to another, and to one that is not there. Comparing every wrong name with every table
/// would take the square of their number.
#[test]
fn only_so_many_wrong_names_are_compared_with_all_tables() {
    let tables: String = (0..200)
        .map(|table| {
            format!(
                "[tables.table_{table}.columns]\nid = {{ primary_key = true }}\n\
                 other = {{ references = 'table_{}.id' }}\nwrong = {{ references = 'tabel_{table}' }}\n",
                199 - table
            )
        })
        .collect();
    with(&tables, |schema, diagnostics| {
        assert_eq!(schema.tables.iter().map(|table| table.relations.len()).sum::<usize>(), 200);
        assert_eq!(diagnostics.iter().filter(|d| d.code == Code::UnknownTable).count(), 200);
        let replaced = |d: &&Diagnostic| d.subs.iter().any(|sub| matches!(sub, Sub::Replace { .. }));
        assert_eq!(diagnostics.iter().filter(replaced).count(), crate::schema::references::SUGGESTIONS);
    });
}

#[test]
fn a_mistake_in_a_reference_is_shown_at_its_part_of_the_text() {
    let told =
        |reference: &str| mistakes(&users_and(&format!("[tables.t.columns]\na = {{ references = '{reference}' }}\n")));
    let column = |near: &str| {
        vec![format!("unknown-column table `users` has no column `{near}` @ {near} & users [{near} -> email]")]
    };
    assert_eq!(told("users ( emial )"), column("emial"));
    assert_eq!(told("users (id, emial)"), column("emial"));
    assert_eq!(told("users(id ,  emial , id)"), column("emial"));
    assert_eq!(told("users.emial"), column("emial"));
    assert_eq!(told("userz  (id)"), ["unknown-table there is no table `userz` @ userz & users [userz -> users]"]);
}

#[test]
fn a_name_with_a_dot_may_be_a_table_or_a_column_of_one() {
    let notes = |reference: &str| {
        let text = users_and(&format!("[tables.t.columns]\na = {{ references = {reference} }}\n"));
        with(&text, |_, diagnostics| diagnostics.iter().map(|diagnostic| diagnostic.subs.len()).collect::<Vec<_>>())
    };
    assert_eq!(notes("'nowhere.id'"), [1], "neither of both is a table");
    assert_eq!(notes("'nowhere'"), [0]);
    assert_eq!(notes("{ table = 'nowhere.at', columns = 'id' }"), [0]);
}

#[test]
fn a_typed_reference_and_one_in_the_text_lead_to_the_same_place() {
    let told = |typed: &str, said: &str| {
        let column =
            format!("[tables.t.columns]\na = {{ constraints = 'references {said}', references = '{typed}' }}\n");
        mistakes(&format!("{USERS}[tables.other.columns]\nid = {{ primary_key = true }}\n{column}")).len()
    };
    assert_eq!(
        (told("users.id", "users"), told("users", "users (id)"), told("users.email", "users (email)")),
        (0, 0, 0)
    );
    assert_eq!((told("users.id", "other (id)"), told("users.id", "users (email)"), told("other", "users")), (1, 1, 1));
}

#[test]
fn a_reference_that_leads_nowhere_is_shown_as_it_is_written() {
    for (reference, shown) in [
        ("'nowhere.id'", "references nowhere.id"),
        ("{ table = 'nowhere' }", "references nowhere"),
        ("{ table = 'nowhere', columns = ['a', 'b'] }", "references nowhere (a, b)"),
    ] {
        let text = format!("[tables.t.columns]\nu = {{ references = {reference} }}\n");
        with(&text, |schema, _| assert_eq!(schema.tables[0].columns[0].constraints, shown));
    }
}
