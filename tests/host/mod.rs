//! Real mdBook of both generations.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::Path;

/// A generation of mdBook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    V04,
    V05,
}

pub(crate) const HOSTS: [Host; 2] = [Host::V04, Host::V05];

impl Host {
    /// Builds the book in a directory; the error is what mdBook says.
    pub(crate) fn build(self, root: &Path) -> Result<(), String> {
        match self {
            Host::V04 => mdbook04::MDBook::load(root).and_then(|book| book.build()).map_err(said),
            Host::V05 => mdbook_driver::MDBook::load(root).and_then(|book| book.build()).map_err(said),
        }
    }
}

/// An error with its causes.
fn said(error: impl std::fmt::Display) -> String {
    format!("{error:#}")
}
