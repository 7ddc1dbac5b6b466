//! (crate doc: to be written)
pub mod diagnostic;
pub mod facts;
pub mod schema;
pub mod secret;
pub mod source;
