//! What others do with the same bytes: preprocessors that change nothing, on mdBook's own crate; a reader of files.

use std::collections::HashMap;
use std::io::{self, Read, Write};

use mdbook_preprocessor::errors::Result;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The official way, as in mdBook's own example of a preprocessor.
pub(crate) fn official() -> Result<()> {
    let (_, book) = mdbook_preprocessor::parse_input(io::stdin())?;
    serde_json::to_writer(io::stdout(), &book)?;
    Ok(())
}

/// The same types, but stdin read whole and stdout written at once.
pub(crate) fn buffered() -> Result<()> {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    let (_, book) = mdbook_preprocessor::parse_input(&input[..])?;
    io::stdout().write_all(&serde_json::to_vec(&book)?)?;
    Ok(())
}

/// The same, but read from a slice, which is the fastest that the official types allow.
pub(crate) fn decoding() -> Result<()> {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    let (_, book): (mdbook_preprocessor::PreprocessorContext, mdbook_preprocessor::book::Book) =
        serde_json::from_slice(&input)?;
    io::stdout().write_all(&serde_json::to_vec(&book)?)?;
    Ok(())
}

/// The least that serde_json can do: the text of every chapter kept as the bytes that came, not even looked at.
pub(crate) fn raw() -> Result<()> {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    let (_, book): (&RawValue, RawBook<'_>) = serde_json::from_slice(&input)?;
    io::stdout().write_all(&serde_json::to_vec(&book)?)?;
    Ok(())
}

#[derive(Deserialize, Serialize)]
struct RawBook<'a> {
    #[serde(borrow)]
    items: Vec<HashMap<&'a str, HashMap<&'a str, &'a RawValue>>>,
}

/// Reads the chapters of the book in the working directory, the least that a look at them costs.
pub(crate) fn files() -> Result<()> {
    for entry in std::fs::read_dir("src")? {
        std::hint::black_box(std::fs::read(entry?.path())?);
    }
    Ok(())
}
