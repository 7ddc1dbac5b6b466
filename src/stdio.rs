//! Stdin and stdout as plain files, without the locks and line buffers of the standard handles.

use std::fs::File;
use std::io::{self, Read, Write};
#[cfg(unix)]
use std::time::Duration;

/// What is read from a pipe at once; a pipe of the usual size holds as much.
#[cfg(unix)]
const CHUNK: usize = 64 * 1024;

/// How long a pipe is left to fill.
///
/// mdBook writes its JSON in hundreds of thousands of pieces, most of a few bytes. A reader that takes each as it
/// comes is woken for each, and slows down mdBook, too.
#[cfg(unix)]
const PAUSE: Duration = Duration::from_micros(500);

/// Reads stdin to its end.
#[cfg(unix)]
pub(crate) fn read_stdin() -> io::Result<Vec<u8>> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    let mut stdin = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut input = Vec::new();
    if stdin.metadata()?.file_type().is_fifo() {
        read_pipe(&mut stdin, &mut input)?;
    } else {
        // A file tells its length, so that the buffer is made once.
        stdin.read_to_end(&mut input)?;
    }
    Ok(input)
}

/// Reads stdin to its end.
#[cfg(not(unix))]
pub(crate) fn read_stdin() -> io::Result<Vec<u8>> {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    Ok(input)
}

/// Reads a pipe in large pieces: when little was in it, it is left alone for a moment.
#[cfg(unix)]
fn read_pipe(pipe: &mut impl Read, input: &mut Vec<u8>) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match pipe.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                input.extend_from_slice(&chunk[..length]);
                if length < CHUNK / 2 {
                    std::thread::sleep(PAUSE);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Hands out pieces of the given lengths, interrupted now and then, as a slow writer would.
    struct Pieces(Vec<usize>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.pop() {
                Some(0) => Err(io::ErrorKind::Interrupted.into()),
                Some(length) => {
                    buffer[..length].fill(b'x');
                    Ok(length)
                }
                None => Ok(0),
            }
        }
    }

    #[test]
    fn a_pipe_is_read_to_its_end_however_it_is_filled() {
        let mut input = Vec::new();
        read_pipe(&mut Pieces(vec![1, CHUNK, 0, CHUNK - 1, 3, 0]), &mut input).unwrap();
        assert_eq!(input, vec![b'x'; 2 * CHUNK + 3]);
    }
}
