//! Other preprocessors that fill values into a book, where they are installed.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use serde_json::{Value, json};

/// Where they are looked for before `PATH`: the `bin` of a `cargo install --root`.
pub(crate) const FOLDER: &str = "MDBOOK_PEERS";

/// Their names, and the same placeholder in the syntax of each.
pub(crate) const PEERS: [(&str, &str); 4] = [
    ("mdbook-variables", "{{version}}"),
    ("mdbook-minijinja", "{{ version }}"),
    ("mdbook-template", "{{#template version.md}}"),
    ("mdbook-tera", "{{ version }}"),
];

/// The program file of a peer, if it is there.
pub(crate) fn find(name: &str) -> Option<OsString> {
    let folders = env::var_os(FOLDER).into_iter().chain(env::var_os("PATH"));
    let folders: Vec<PathBuf> = folders.flat_map(|paths| env::split_paths(&paths).collect::<Vec<_>>()).collect();
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file()).map(PathBuf::into_os_string)
}

/// What their tables of `book.toml` say.
pub(crate) fn configuration() -> Value {
    json!({
        "database": {},
        "variables": {"variables": {"version": "16.4"}},
        "minijinja": {"preprocess": true, "variables": {"version": "16.4"}},
        "template": {},
        "tera": {},
    })
}
