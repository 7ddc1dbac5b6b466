//! (crate doc: to be written)
pub mod diagnostic;
pub mod erd;
pub mod facts;
pub mod fill;
pub mod lints;
pub mod markdown;
pub mod place;
pub mod report;
pub mod schema;
pub mod secret;
pub mod slug;
pub mod source;
pub mod splice;
pub mod template;
pub mod vocabulary;
