//! A line on stderr while something takes long, on a terminal only, and gone when it is done.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::terminal::{say, variable};

/// What is done sooner is done without a word.
const PATIENCE: Duration = Duration::from_millis(600);
const STEP: Duration = Duration::from_millis(200);

/// Does `work`; what it is goes to the terminal if it takes long, e.g. `checking 1000 chapters`.
pub(super) fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() || variable("TERM").as_deref() == Some("dumb") {
        return work();
    }
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || show(what, &is_done, say));
        let result = work();
        drop(done);
        result
    })
}

fn show(what: &str, is_done: &mpsc::Receiver<()>, mut say: impl FnMut(&str)) {
    let start = Instant::now();
    let mut shown = false;
    let mut wait = PATIENCE;
    while is_done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        say(&format!("\r{}", line(what, start.elapsed())));
        shown = true;
        wait = STEP;
    }
    if shown {
        say("\r\u{1b}[K");
    }
}

fn line(what: &str, elapsed: Duration) -> String {
    format!("{what} … {:.1} s", elapsed.as_secs_f32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_gone_when_the_work_is_done() {
        let shown = |long: bool| {
            let (done, is_done) = mpsc::channel::<()>();
            let mut done = Some(done).filter(|_| long);
            let mut text = String::new();
            show("reading", &is_done, |line| {
                text.push_str(line);
                done = None;
            });
            text
        };
        assert_eq!(shown(true), "\rreading … 0.6 s\r\u{1b}[K");
        assert_eq!(shown(false), "", "what is quick is not told");
    }

    #[test]
    fn work_is_done_and_its_result_handed_on() {
        assert_eq!(during("counting", || 42), 42);
        assert_eq!(line("checking 3 chapters", Duration::from_millis(1240)), "checking 3 chapters … 1.2 s");
    }
}
