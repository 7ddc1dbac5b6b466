//! (crate doc: to be written)
pub mod book;
pub mod cli;
pub mod config;
pub mod declaration;
pub mod diagnostic;
pub mod facts;
pub mod job;
pub mod preprocessor;
pub mod project;
pub mod protocol;
pub mod schema;
pub mod source;
mod stdio;
