//! The whole process, from its start to its end, on books of growing size; each against references in the same run.
//!
//! `cargo bench --bench process` measures with 100, 1,000 and 10,000 chapters, and then behind mdBook itself. Numbers
//! as arguments replace these and leave mdBook out.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod host;
mod identity;
mod input;
mod memory;
mod peers;

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
        "raw" => identity::raw(),
        "files" => identity::files(),
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
        ("decoding identity", own.clone(), vec![AS, "decoding"]),
        ("raw identity", own, vec![AS, "raw"]),
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
        check(directory.path(), chapters)?;
    }
    start_up()?;
    init(directory.path())?;
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
    let file = root.join(input::FILE);
    let mut contestants = contestants()?;
    contestants.extend(peers(&root, chapters, templates)?);
    let times = interleaved(&contestants, rounds, |(name, program, arguments)| {
        let own = root.join(name);
        let input = File::open(if own.is_file() { &own } else { &file })?;
        run(Command::new(program).args(arguments).current_dir(&root).stdin(input))
    })?;
    print_table(&contestants, &times, Some(megabytes));
    if let Some(peak) = memory::peak(env!("CARGO_BIN_EXE_mdbook-database"), &file)? {
        let told =
            |memory: u64| format!("{:.1} MB, {:.2} times the input", memory as f64 / 1e6, memory as f64 / bytes as f64);
        println!("\nPeak memory: {}; without pages of programs {}", told(peak.resident), told(peak.anonymous));
    }
    std::fs::remove_dir_all(root)?;
    Ok(())
}

/// The other preprocessors that are there, each with the book in its own syntax in a file of its name.
fn peers(root: &Path, chapters: usize, templates: Templates) -> io::Result<Vec<Contestant>> {
    peers::write_values(root)?;
    let mut found = Vec::new();
    for peer in &peers::PEERS {
        let Some(program) = peers::find(peer.name) else {
            println!("{} is not installed and not measured.", peer.name);
            continue;
        };
        let input = root.join(peer.name);
        input::write_for(peer, &input, root, chapters, templates)?;
        if peers::fills(peer, &program, root, &input)? {
            found.push((peer.name, program, vec![]));
        } else {
            println!("{} does not fill this book and is not measured.", peer.name);
        }
    }
    Ok(found)
}

/// Measures `check` on the same book as files, against reading these files.
fn check(directory: &Path, chapters: usize) -> Result<()> {
    let root = directory.join(format!("{chapters}-files"));
    host::write(&root, chapters)?;
    println!("\n`check` on {chapters} chapters in files\n");
    let own = std::env::current_exe()?.into_os_string();
    let contestants: Vec<Contestant> = vec![
        ("mdbook-database check", env!("CARGO_BIN_EXE_mdbook-database").into(), vec!["check"]),
        ("reading the files", own, vec![AS, "files"]),
    ];
    let times = interleaved(&contestants, 9, |(_, program, arguments)| {
        run(Command::new(program).args(arguments).current_dir(&root).stdin(Stdio::null()))
    })?;
    print_table(&contestants, &times, None);
    std::fs::remove_dir_all(root)?;
    Ok(())
}

/// Measures `init` in a new book with one template.
fn init(directory: &Path) -> Result<()> {
    let root = directory.join("init");
    host::write(&root, 1)?;
    let (facts, book) = (root.join("database.toml"), root.join("book.toml"));
    println!("\n`init` in a book of one template, against the start of `cat`\n");
    let contestants: Vec<Contestant> = vec![
        ("mdbook-database init", env!("CARGO_BIN_EXE_mdbook-database").into(), vec!["init"]),
        ("cat", "cat".into(), vec![]),
    ];
    let times = interleaved(&contestants, 21, |(_, program, arguments)| {
        std::fs::write(&book, "[book]\ntitle = \"B\"\n")?;
        _ = std::fs::remove_file(&facts);
        run(Command::new(program).args(arguments).current_dir(&root).stdin(Stdio::null()))
    })?;
    print_table(&contestants, &times, None);
    Ok(())
}

/// Measures `supports html`, which mdBook asks before each build.
fn start_up() -> Result<()> {
    println!("\nStart-up: `supports html`, against the start of `true`\n");
    let contestants: Vec<Contestant> = vec![
        ("mdbook-database", env!("CARGO_BIN_EXE_mdbook-database").into(), vec!["supports", "html"]),
        ("true", "true".into(), vec![]),
    ];
    let times = interleaved(&contestants, 101, |(_, program, arguments)| {
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

/// The times of each contestant, in milliseconds; they take turns, so that a slow moment of the machine meets all.
fn interleaved(
    contestants: &[Contestant],
    rounds: usize,
    run: impl Fn(&Contestant) -> Result<Duration>,
) -> Result<Vec<Vec<f64>>> {
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..=rounds {
        // Each begins a round in its turn: a program runs slower behind one that used other memory.
        for at in (round..round + contestants.len()).map(|at| at % contestants.len()) {
            let time = run(&contestants[at])?.as_secs_f64() * 1e3;
            // The first round fills the caches.
            if round > 0 {
                times[at].push(time);
            }
        }
    }
    Ok(times)
}

/// The ratios are those of one round each, whose median says more than the ratio of medians on a busy machine.
fn print_table(contestants: &[Contestant], times: &[Vec<f64>], megabytes: Option<f64>) {
    println!("| program | median ms | min to max | MB/s | of the first line |");
    println!("|---|---:|---:|---:|---:|");
    let own = times.first().map_or(&[][..], Vec::as_slice);
    for ((name, ..), times) in contestants.iter().zip(times) {
        let sorted = sorted(times.iter().copied());
        let (low, high) = (sorted.first().unwrap_or(&f64::NAN), sorted.last().unwrap_or(&f64::NAN));
        let ratios = sorted_ratios(times, own);
        let speed = megabytes.map_or("-".to_owned(), |megabytes| format!("{:.0}", megabytes / middle(&sorted) * 1e3));
        println!("| {name} | {:.1} | {low:.1} to {high:.1} | {speed} | {:.2} |", middle(&sorted), middle(&ratios));
    }
}

fn sorted_ratios(times: &[f64], own: &[f64]) -> Vec<f64> {
    sorted(times.iter().zip(own).map(|(time, own)| time / own))
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn middle(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
