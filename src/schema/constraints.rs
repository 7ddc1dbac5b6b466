//! What a column's `constraints` say when an author writes them as text, in the words of SQL.

use std::ops::Range;

/// What was understood; the author's other words are left alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// `primary key`.
    pub(super) primary_key: Option<KeyPart>,
    /// `not null` or `nullable`.
    pub(super) nullable: Option<bool>,
    /// `unique`, of this column alone.
    pub(super) unique: bool,
    /// The expression after `default`.
    pub(super) default: Option<Range<usize>>,
    /// `references users (id)`.
    pub(super) reference: Option<SaidReference>,
}

/// Whether the text claims the key for one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyPart {
    /// `primary key`.
    Sole,
    /// `primary key (a, b)`, `part of the primary key`, `composite primary key`.
    Composite,
}

/// A reference in text; ranges count in the text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SaidReference {
    /// The name of the table.
    pub(super) table: Range<usize>,
    /// The names of its columns.
    pub(super) columns: Vec<Range<usize>>,
    /// `cascade`.
    pub(super) on_delete: Option<Range<usize>>,
    /// Likewise.
    pub(super) on_update: Option<Range<usize>>,
}

/// Reads a text such as `not null, references users (id) on delete cascade`. A clause counts only where nothing but
/// another clause follows it: `unique per tenant` and `references the users table` are an author's own words.
pub(super) fn read(text: &str) -> Said {
    let tokens = tokens(text);
    let mut reader = Reader { text, tokens: &tokens, at: 0, said: Said::default() };
    while reader.at < tokens.len() {
        let start = reader.at;
        if !reader.clause() {
            reader.at = start;
            reader.skip_words();
        }
    }
    reader.said
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Open,
    Close,
    Comma,
    Symbol,
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    range: Range<usize>,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' => (Kind::Open, 1),
            ')' => (Kind::Close, 1),
            ',' | ';' => (Kind::Comma, 1),
            '"' | '`' | '\'' => rest[1..].find(c).map_or((Kind::Symbol, 1), |end| (Kind::Quoted, end + 2)),
            c if is_word(c) && c != '.' => (Kind::Word, word_length(rest)),
            c => (Kind::Symbol, c.len_utf8()),
        };
        tokens.push(Token { kind, range: at..at + length });
        at += length;
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.')
}

/// The length of the word, without the full stop of a sentence.
fn word_length(rest: &str) -> usize {
    let word = &rest[..rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())];
    word.trim_end_matches('.').len()
}

const CLAUSES: &[&str] = &[
    "primary",
    "part",
    "composite",
    "pk",
    "not",
    "null",
    "nullable",
    "unique",
    "default",
    "references",
    "check",
    "constraint",
    "generated",
    "collate",
    "auto_increment",
    "autoincrement",
    "identity",
    "deferrable",
];

struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    said: Said,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn word_at(&self, at: usize) -> Option<&'t str> {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Word)?;
        Some(&self.text[token.range.clone()])
    }

    /// Takes these words, in any case, or nothing.
    fn take(&mut self, words: &[&str]) -> bool {
        let same = |(n, word): (usize, &&str)| self.word_at(self.at + n).is_some_and(|w| w.eq_ignore_ascii_case(word));
        let all = words.iter().enumerate().all(same);
        if all {
            self.at += words.len();
        }
        all
    }

    /// Nothing follows that would make the clause a part of an author's sentence.
    fn at_boundary(&self) -> bool {
        match self.peek() {
            Some(Token { kind: Kind::Word, .. }) => self.at_clause(),
            Some(Token { kind: Kind::Quoted, .. }) => false,
            _ => true,
        }
    }

    fn at_clause(&self) -> bool {
        self.word_at(self.at).is_some_and(|word| CLAUSES.iter().any(|clause| clause.eq_ignore_ascii_case(word)))
    }

    /// Reads one clause; `false` where there is none.
    fn clause(&mut self) -> bool {
        let Some(token) = self.peek() else { return false };
        match token.kind {
            Kind::Open => self.group().is_some(),
            Kind::Comma | Kind::Symbol | Kind::Close => {
                self.at += 1;
                true
            }
            Kind::Quoted => false,
            Kind::Word => self.worded_clause(),
        }
    }

    fn worded_clause(&mut self) -> bool {
        let start = self.at;
        let clauses = [Self::key, Self::nullability, Self::unique, Self::default, Self::reference];
        clauses.into_iter().any(|clause| {
            self.at = start;
            clause(self)
        })
    }

    fn key(&mut self) -> bool {
        let composite = self.take(&["part", "of", "the"]) || self.take(&["part", "of"]) || self.take(&["composite"]);
        if !self.take(&["primary", "key"]) && !self.take(&["pk"]) {
            return false;
        }
        let columns = self.group().unwrap_or_default();
        if !self.at_boundary() {
            return false;
        }
        let sole = !composite && columns.len() < 2;
        self.said.primary_key = Some(if sole { KeyPart::Sole } else { KeyPart::Composite });
        true
    }

    fn nullability(&mut self) -> bool {
        let not_null = self.take(&["not", "null"]);
        let said = not_null || self.take(&["nullable"]) || self.take(&["null"]);
        let understood = said && self.at_boundary();
        if understood {
            self.said.nullable = Some(!not_null);
        }
        understood
    }

    fn unique(&mut self) -> bool {
        if !self.take(&["unique"]) {
            return false;
        }
        let columns = self.group().unwrap_or_default();
        if !self.at_boundary() {
            return false;
        }
        self.said.unique |= columns.len() < 2;
        true
    }

    /// The expression goes to the next comma or clause outside parentheses.
    fn default(&mut self) -> bool {
        if !self.take(&["default"]) {
            return false;
        }
        let first = self.at;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Comma => break,
                Kind::Word if self.at > first && self.at_clause() => break,
                Kind::Open => {
                    self.group();
                }
                _ => self.at += 1,
            }
        }
        let Some(taken) = self.tokens.get(first..self.at).filter(|taken| !taken.is_empty()) else { return false };
        self.said.default = Some(taken[0].range.start..taken[taken.len() - 1].range.end);
        true
    }

    fn reference(&mut self) -> bool {
        if !self.take(&["references"]) {
            return false;
        }
        let Some(token) = self.peek() else { return false };
        let Some(table) = name(token) else { return false };
        self.at += 1;
        let columns = self.group().unwrap_or_default();
        let mut reference = SaidReference { table, columns, ..SaidReference::default() };
        loop {
            if self.take(&["on", "delete"]) {
                reference.on_delete = self.action();
            } else if self.take(&["on", "update"]) {
                reference.on_update = self.action();
            } else if !(self.peek().is_some_and(|token| token.kind == Kind::Comma) && self.on_follows()) {
                break;
            } else {
                self.at += 1;
            }
        }
        let understood = self.at_boundary();
        if understood {
            self.said.reference = Some(reference);
        }
        understood
    }

    /// After the comma of `references users (id), on delete cascade`.
    fn on_follows(&self) -> bool {
        let word = |n: usize, text: &str| self.word_at(self.at + n).is_some_and(|word| word.eq_ignore_ascii_case(text));
        word(1, "on") && (word(2, "delete") || word(2, "update"))
    }

    fn action(&mut self) -> Option<Range<usize>> {
        let start = self.peek()?.range.start;
        let two = self.take(&["set", "null"]) || self.take(&["set", "default"]) || self.take(&["no", "action"]);
        if !two {
            self.word_at(self.at)?;
            self.at += 1;
        }
        self.tokens.get(self.at - 1).map(|token| start..token.range.end)
    }

    /// Takes a group in parentheses; the names in it, where it is a list of names.
    fn group(&mut self) -> Option<Vec<Range<usize>>> {
        self.peek().filter(|token| token.kind == Kind::Open)?;
        let (mut depth, mut names) = (0usize, Vec::new());
        while let Some(token) = self.peek() {
            self.at += 1;
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                _ => names.extend(name(token)),
            }
            if depth == 0 {
                break;
            }
        }
        Some(names)
    }

    /// An author's own words, up to the next comma outside parentheses.
    fn skip_words(&mut self) {
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Comma => break,
                Kind::Open => {
                    self.group();
                }
                _ => self.at += 1,
            }
        }
    }
}

/// The range of a name, without its quotes.
fn name(token: &Token) -> Option<Range<usize>> {
    match token.kind {
        Kind::Word => Some(token.range.clone()),
        Kind::Quoted if token.range.len() > 2 => Some(token.range.start + 1..token.range.end - 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was understood, as text.
    fn said(text: &str) -> String {
        let said = read(text);
        let slice = |range: &Range<usize>| text[range.clone()].to_owned();
        let mut found = Vec::new();
        found.extend(said.primary_key.map(|key| format!("{key:?}")));
        found.extend(said.nullable.map(|nullable| if nullable { "null" } else { "not null" }.to_owned()));
        found.extend(said.unique.then(|| "unique".to_owned()));
        found.extend(said.default.map(|range| format!("default={}", slice(&range))));
        if let Some(reference) = said.reference {
            let columns: Vec<_> = reference.columns.iter().map(slice).collect();
            found.push(format!("{}({})", slice(&reference.table), columns.join("+")));
            found.extend(reference.on_delete.map(|range| format!("delete={}", slice(&range))));
            found.extend(reference.on_update.map(|range| format!("update={}", slice(&range))));
        }
        found.join(" ")
    }

    #[test]
    fn the_clauses_of_sql_are_understood_with_and_without_commas() {
        assert_eq!(said("primary key"), "Sole");
        assert_eq!(said("NOT NULL, UNIQUE"), "not null unique");
        assert_eq!(said("not null unique default now()"), "not null unique default=now()");
        assert_eq!(said("nullable"), "null");
        assert_eq!(said("default 'a, b' not null"), "not null default='a, b'");
        assert_eq!(said("default coalesce(x, 'unique'), null"), "null default=coalesce(x, 'unique')");
        assert_eq!(said("Not null."), "not null");
    }

    #[test]
    fn references_are_understood_with_their_actions() {
        assert_eq!(said("references users"), "users()");
        assert_eq!(said("references users(id)"), "users(id)");
        let long = "not null references billing.invoices (a, \"B\") on delete set null on update cascade unique";
        assert_eq!(said(long), "not null unique billing.invoices(a+B) delete=set null update=cascade");
        assert_eq!(said("references users (id), on delete no action"), "users(id) delete=no action");
        assert_eq!(said("references users (id), soft delete"), "users(id)");
    }

    #[test]
    fn composite_keys_are_told_from_sole_ones() {
        assert_eq!(said("primary key (tenant_id, id)"), "Composite");
        assert_eq!(said("primary key (surrogate)"), "Sole");
        assert_eq!(said("part of the primary key"), "Composite");
        assert_eq!(said("composite primary key, not null"), "Composite not null");
        assert_eq!(said("unique (a, b)"), "");
    }

    #[test]
    fn an_authors_own_words_are_left_alone() {
        for text in [
            "unique per tenant",
            "references the users table",
            "primary key of the old system",
            "not unique",
            "check (x is not null)",
            "see primary key",
            "default",
            "references",
            "(",
            ")",
            "'open",
            "the default is null",
            "on delete cascade",
            "…",
            "must be unique",
            "references \"\"",
            "a cluster (x, unique)",
            "unique 'per tenant'",
            "not null \"here\"",
            "primary key 'x'",
            "references users 'x'",
        ] {
            assert_eq!(said(text), "", "{text}");
        }
        assert_eq!(said("generated always as identity, not null"), "not null");
    }

    #[test]
    fn a_clause_goes_to_the_next_and_an_action_to_its_words() {
        assert_eq!(said("default 1 (2, 3) 'x' not null"), "not null default=1 (2, 3) 'x'");
        assert_eq!(said("DEFAULT now(), ; unique"), "unique default=now()");
        assert_eq!(
            said("references users (id) on delete set default on update restrict"),
            "users(id) delete=set default update=restrict"
        );
        assert_eq!(said("references users, on update cascade"), "users() update=cascade");
        assert_eq!(said("references users, on sale"), "users()");
        assert_eq!(said("references users on delete"), "users()");
        assert_eq!(said("references \"Big Users\" (\"Id\")"), "Big Users(Id)");
        assert_eq!(said("references users ((id))"), "users(id)");
        assert_eq!(said("pk"), "Sole");
        assert_eq!(said("part of primary key"), "Composite");
        assert_eq!(said("unique (email)"), "unique");
        assert_eq!(said("my words, not null"), "not null");
        assert_eq!(said("my (words, unique), null"), "null");
        assert_eq!(said("not null check (x > 0) unique"), "not null");
        assert_eq!(said("unique constraint x"), "unique");
    }
}
