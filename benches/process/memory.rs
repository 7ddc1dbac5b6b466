//! How much memory a run takes at its peak.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use mdbook_preprocessor::errors::Result;

/// The memory of a run, in bytes.
pub(crate) struct Memory {
    /// At its peak, with the pages of the program and the system's libraries, which all processes share.
    pub(crate) resident: u64,
    /// What the run needs for itself.
    pub(crate) anonymous: u64,
}

/// The memory of a run on `input`; `None` where the system does not tell.
///
/// It is looked up when the first bytes of the book come out: the pipe is full then, so the program waits, and has done
/// all its work.
pub(crate) fn peak(program: &str, input: &Path) -> Result<Option<Memory>> {
    let mut child =
        Command::new(program).stdin(File::open(input)?).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let Some(mut stdout) = child.stdout.take() else { return Ok(None) };
    let mut first = [0; 1];
    stdout.read_exact(&mut first)?;
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    io::copy(&mut stdout, &mut io::sink())?;
    child.wait()?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    };
    Ok(bytes("VmHWM:").zip(bytes("RssAnon:")).map(|(resident, anonymous)| Memory { resident, anonymous }))
}
