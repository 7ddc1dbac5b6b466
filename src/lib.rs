//! (crate doc: to be written)
pub mod diagnostic;
pub mod facts;
pub mod lints;
pub mod report;
pub mod schema;
pub mod source;
