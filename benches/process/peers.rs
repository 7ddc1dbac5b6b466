//! Other preprocessors that fill values into a book, where they are installed.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, io};

use serde_json::{Value, json};

/// Where they are looked for before `PATH`: the `bin` of a `cargo install --root`.
pub(crate) const FOLDER: &str = "MDBOOK_PEERS";

/// A preprocessor that puts values into a text.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// A placeholder in its syntax.
    pub(crate) placeholder: &'static str,
    /// The mdBook that it is made for.
    pub(crate) host: Host,
}

/// A generation of mdBook, as its JSON shows.
#[derive(Clone, Copy)]
pub(crate) enum Host {
    /// 0.4: a book has `sections`.
    V04,
    /// 0.5: a book has `items`.
    V05,
}

/// Those that are measured.
pub(crate) const PEERS: [Peer; 4] = [
    Peer { name: "mdbook-variables", placeholder: "{{version}}", host: Host::V05 },
    Peer { name: "mdbook-minijinja", placeholder: "{{ version }}", host: Host::V04 },
    Peer { name: "mdbook-template", placeholder: "{{#template version.md}}", host: Host::V04 },
    Peer { name: "mdbook-tera", placeholder: "{{ version }}", host: Host::V04 },
];

/// What each of them puts in.
pub(crate) const VALUE: &str = "16.4";

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
        "variables": {"variables": {"version": VALUE}},
        "minijinja": {"variables": {"version": VALUE}},
        "template": {},
        "tera": {},
    })
}

/// Writes the files that they read beside the book's JSON.
pub(crate) fn write_values(root: &Path) -> io::Result<()> {
    let src = root.join("src");
    fs::create_dir_all(&src)?;
    fs::write(src.join("version.md"), VALUE)?;
    fs::write(src.join("context.toml"), format!("version = \"{VALUE}\"\n"))
}

/// Whether the peer has filled its placeholders in the book on `input`, as it is to be measured doing.
pub(crate) fn fills(peer: &Peer, program: &OsString, root: &Path, input: &Path) -> io::Result<bool> {
    let mut command = Command::new(program);
    let run = command.current_dir(root).stdin(File::open(input)?).stderr(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&run.stdout);
    Ok(run.status.success() && text.contains(VALUE) && !text.contains(peer.placeholder))
}
