//! Stdin and stdout as plain files, without the locks and line buffers of the standard handles.

use std::fs::File;
use std::io::{self, Read, Write};

/// Reads stdin to its end.
pub(crate) fn read_stdin() -> io::Result<Vec<u8>> {
    let mut input = Vec::new();
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        // A file tells its length, so that the buffer is made once.
        File::from(io::stdin().as_fd().try_clone_to_owned()?).read_to_end(&mut input)?;
    }
    #[cfg(not(unix))]
    io::stdin().lock().read_to_end(&mut input)?;
    Ok(input)
}

/// Stdout without the line buffer, which would search the whole book for line breaks.
pub(crate) struct Stdout(Option<File>);

impl Stdout {
    pub(crate) fn new() -> Self {
        #[cfg(unix)]
        {
            use std::os::fd::AsFd;
            Stdout(io::stdout().as_fd().try_clone_to_owned().map(File::from).ok())
        }
        #[cfg(not(unix))]
        Stdout(None)
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Some(file) => file.write(bytes),
            None => io::stdout().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Some(file) => file.flush(),
            None => io::stdout().flush(),
        }
    }
}
