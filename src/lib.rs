//! (crate doc: to be written)
pub mod config;
pub mod diagnostic;
pub mod facts;
pub mod protocol;
pub mod schema;
pub mod source;
