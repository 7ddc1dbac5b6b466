//! (crate doc: to be written)
pub mod diagnostic;
pub mod erd;
pub mod facts;
pub mod schema;
pub mod source;
