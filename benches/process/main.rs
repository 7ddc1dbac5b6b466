//! The whole process, from its start to its end, on books of growing size; each against references in the same run.
//!
//! `cargo bench --bench process` measures with 100, 1,000 and 10,000 chapters, and then behind mdBook itself. Numbers
//! as arguments replace these and leave mdBook out.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod host;
mod identity;
mod input;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use input::Templates;
use mdbook_preprocessor::errors::{Error, Result};

/// The argument by which this program starts itself as one of the references.
const AS: &str = "--as";

/// Programs that are measured: name, file, arguments.
type Contestant = (&'static str, OsString, Vec<&'static str>);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().position(|argument| argument == AS).and_then(|at| arguments.get(at + 1)) {
        Some(reference) => run_as(reference),
        None => measure(arguments.iter().filter_map(|argument| argument.parse().ok()).collect()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_as(reference: &str) -> Result<()> {
    match reference {
        "official" => identity::official(),
        "buffered" => identity::buffered(),
        "decoding" => identity::decoding(),
        _ => Err(Error::msg("no such reference")),
    }
}

fn contestants() -> io::Result<Vec<Contestant>> {
    let own = std::env::current_exe()?.into_os_string();
    Ok(vec![
        ("mdbook-database", env!("CARGO_BIN_EXE_mdbook-database").into(), vec![]),
        ("cat", "cat".into(), vec![]),
        ("official identity", own.clone(), vec![AS, "official"]),
        ("buffered identity", own.clone(), vec![AS, "buffered"]),
        ("decoding identity", own, vec![AS, "decoding"]),
    ])
}

fn measure(mut sizes: Vec<usize>) -> Result<()> {
    let all = sizes.is_empty();
    if all {
        sizes = vec![100, 1_000, 10_000];
    }
    let directory = tempfile::tempdir()?;
    for chapters in sizes {
        book(directory.path(), chapters, Templates::One)?;
        if chapters == 1_000 {
            book(directory.path(), chapters, Templates::All)?;
        }
    }
    start_up()?;
    if all { behind_mdbook(&directory.path().join("host")) } else { Ok(()) }
}

/// Measures one book and prints a table.
fn book(directory: &Path, chapters: usize, templates: Templates) -> Result<()> {
    let root = directory.join(format!("{chapters}-{templates:?}"));
    let bytes = input::write(&root, chapters, templates)?;
    let megabytes = bytes as f64 / 1e6;
    let which = if templates == Templates::All { "all" } else { "one" };
    println!("\n{chapters} chapters, {megabytes:.1} MB, {which} of them a template\n");
    let rounds = if bytes > 20_000_000 { 7 } else { 15 };
    let times = interleaved(&contestants()?, rounds, |(_, program, arguments)| {
        let mut command = Command::new(program);
        command.args(arguments).stdin(File::open(root.join("input.json"))?);
        run(&mut command)
    })?;
    print_table(&contestants()?, &times, Some(megabytes));
    std::fs::remove_dir_all(root)?;
    Ok(())
}

/// Measures `supports html`, which mdBook asks before each build.
fn start_up() -> Result<()> {
    println!("\nStart-up: `supports html`, against the start of `cat`\n");
    let contestants: Vec<Contestant> = vec![
        ("mdbook-database", env!("CARGO_BIN_EXE_mdbook-database").into(), vec!["supports", "html"]),
        ("cat", "cat".into(), vec![]),
    ];
    let times = interleaved(&contestants, 51, |(_, program, arguments)| {
        run(Command::new(program).args(arguments).stdin(Stdio::null()))
    })?;
    print_table(&contestants, &times, None);
    Ok(())
}

/// Measures what is added to a build of 1,000 chapters by mdBook itself, with its Markdown renderer.
fn behind_mdbook(root: &Path) -> Result<()> {
    println!("\nBehind mdBook, 1,000 chapters; what is above the build without a preprocessor is what one costs\n");
    host::write(root, 1_000)?;
    let own = std::env::current_exe()?.display().to_string();
    let contestants: Vec<Contestant> = vec![
        ("mdbook-database", format!("'{}'", env!("CARGO_BIN_EXE_mdbook-database")).into(), vec![]),
        ("no preprocessor", OsString::new(), vec![]),
        ("official identity", format!("'{own}' {AS} official").into(), vec![]),
        ("decoding identity", format!("'{own}' {AS} decoding").into(), vec![]),
    ];
    let times = interleaved(&contestants, 11, |(_, command, _)| {
        host::build(root, command.to_str().filter(|command| !command.is_empty()))
    })?;
    print_table(&contestants, &times, None);
    Ok(())
}

/// The time of one run, from start to exit.
fn run(command: &mut Command) -> Result<Duration> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let time = start.elapsed();
    if !status.success() {
        return Err(Error::msg(format!("{command:?} ended with {status}")));
    }
    Ok(time)
}

/// Sorted times of each contestant; they take turns, so that a slow moment of the machine meets all of them.
fn interleaved(
    contestants: &[Contestant],
    rounds: usize,
    run: impl Fn(&Contestant) -> Result<Duration>,
) -> Result<Vec<Vec<Duration>>> {
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..=rounds {
        for (contestant, times) in contestants.iter().zip(&mut times) {
            let time = run(contestant)?;
            // The first round fills the caches.
            if round > 0 {
                times.push(time);
            }
        }
    }
    times.iter_mut().for_each(|times| times.sort());
    Ok(times)
}

fn print_table(contestants: &[Contestant], times: &[Vec<Duration>], megabytes: Option<f64>) {
    println!("| program | median ms | min to max | MB/s | of mdbook-database |");
    println!("|---|---:|---:|---:|---:|");
    let own = median(times.first().map_or(&[], Vec::as_slice));
    for ((name, ..), times) in contestants.iter().zip(times) {
        let (median, low, high) = (median(times), milliseconds(times.first()), milliseconds(times.last()));
        let speed = megabytes.map_or("-".to_owned(), |megabytes| format!("{:.0}", megabytes / median * 1e3));
        println!("| {name} | {median:.1} | {low:.1} to {high:.1} | {speed} | {:.2} |", median / own);
    }
}

fn median(sorted: &[Duration]) -> f64 {
    milliseconds(sorted.get(sorted.len() / 2))
}

fn milliseconds(time: Option<&Duration>) -> f64 {
    time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
