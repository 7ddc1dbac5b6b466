//! Documents validated with a JSON Schema by Python's `jsonschema`; without it, the tests say that they were skipped.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// What the validator has against each document; `None` where there is none.
pub(crate) fn validate(schema: &Value, documents: &[Value]) -> Option<Vec<Vec<String>>> {
    let has = Command::new("python3").args(["-c", "import jsonschema"]).output().is_ok_and(|out| out.status.success());
    if !has {
        let _ = writeln!(io::stderr(), "SKIPPED: there is no Python with jsonschema");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema_validate.py");
    let mut command = Command::new("python3");
    let mut python = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let given = json!({ "schema": schema, "documents": documents });
    python.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "the schema is no schema");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
