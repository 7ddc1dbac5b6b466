//! (crate doc: to be written)
pub mod diagnostic;
pub mod facts;
pub mod markdown;
pub mod place;
pub mod schema;
pub mod source;
pub mod splice;
