//! (crate doc: to be written)
pub mod diagnostic;
pub mod facts;
pub mod markdown;
pub mod schema;
pub mod slug;
pub mod source;
pub mod template;
pub mod vocabulary;
