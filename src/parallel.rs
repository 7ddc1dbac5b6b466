//! Independent work on the machine's cores, with the results in the order of the items.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Bytes of Markdown whose reading and filling take several times as long as starting a thread.
const WORTH_A_THREAD: usize = 64 * 1024;

/// How many threads may work; `None` for as many as the machine has cores.
pub type Threads = Option<NonZeroUsize>;

/// `work` done on every item. `size` is the bytes of Markdown that an item stands for: where all of them together are
/// few, no thread is started.
pub(crate) fn map<T: Sync, R: Send>(
    items: &[T],
    threads: Threads,
    size: impl Fn(&T) -> usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let useful = items.iter().map(size).sum::<usize>() / WORTH_A_THREAD;
    let allowed = |useful: usize| {
        let cores = threads.or_else(|| thread::available_parallelism().ok());
        cores.map_or(1, NonZeroUsize::get).min(useful).min(items.len())
    };
    match if useful < 2 { 1 } else { allowed(useful) } {
        0 | 1 => items.iter().map(work).collect(),
        threads => on_threads(items, threads, &work),
    }
}

/// Each thread takes the next item that no other has taken, so that none waits for a long one.
fn on_threads<T: Sync, R: Send>(items: &[T], threads: usize, work: &(impl Fn(&T) -> R + Sync)) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
        let mut done = take();
        for other in others {
            match other.join() {
                Ok(others) => done.extend(others),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::thread::ThreadId;

    use serde_json::json;

    use super::*;
    use crate::book::{self, Chapter, Input, Outcome};
    use crate::config::{Config, ConfigSource};
    use crate::project::FactSet;
    use crate::source::{SourceKind, Sources};

    /// Templates with mistakes, and chapters with references, of four kilobytes each.
    fn fill_on(threads: usize) -> Outcome {
        let facts = "[overview]\nversion = \"16\"\nowner = [\"a\", \"b\"]\nversoin = 1\n[unused]\nkey = 1\n";
        let mut sources = Sources::default();
        let (book_toml, mut told) = (sources.add(SourceKind::Config, "book.toml", ""), Vec::new());
        let file = sources.add(SourceKind::Facts, "database.toml", facts);
        let (table, name) = (json!({}), "database");
        let config = Config::parse(ConfigSource { name, table: Some(&table), book_toml, text: "" }, &mut told);
        let prose = "See [overview.version], [overview.owners] and [a link](gone.md).\n\n".repeat(64);
        let texts = (0..48).map(|number| {
            let mark = if number % 3 == 0 { "" } else { " [TEMPLATE]" };
            let own = format!("- **Key {number}:** [e.g., {number}]\n");
            (
                format!("chapter-{number}.md"),
                format!("# C{mark}\n\n## Overview\n\n- **Version:** [e.g., 16]\n{own}\n{prose}"),
            )
        });
        let texts: Vec<_> = texts.collect();
        let ids: Vec<_> = texts.iter().map(|(path, text)| sources.add(SourceKind::Chapter, path, text)).collect();
        let chapters = texts.iter().zip(ids).enumerate().map(|(number, ((path, text), source))| Chapter {
            path,
            source_path: path,
            text,
            source,
            declared: number % 3 != 0,
            expanded: None,
        });
        book::fill(&Input {
            config: &config,
            renderer: "html",
            sources: &sources,
            chapters: chapters.collect(),
            paths: texts.iter().map(|(path, _)| path.as_str()).collect(),
            facts: vec![FactSet { templates: None, files: vec![file], incomplete: false, unknown: Vec::new() }],
            guard_includes: true,
            threads: NonZeroUsize::new(threads),
        })
    }

    #[test]
    fn a_book_and_its_messages_are_the_same_with_and_without_threads() {
        let (alone, together) = (fill_on(1), fill_on(4));
        assert!(alone.diagnostics.len() > 100);
        assert_eq!(alone.diagnostics, together.diagnostics);
        assert_eq!(alone.chapters, together.chapters);
        assert_eq!(format!("{:?}", alone.progress), format!("{:?}", together.progress));
        let statuses = |outcome: &Outcome| -> Vec<_> {
            outcome.templates.iter().map(|page| (page.chapter, page.filled.statuses.clone())).collect()
        };
        assert_eq!(statuses(&alone), statuses(&together));
    }

    fn workers(count: usize, size: usize, threads: usize) -> (Vec<usize>, usize) {
        let items: Vec<usize> = (0..count).collect();
        let done = map(&items, NonZeroUsize::new(threads), |_| size, |at| (*at, thread::current().id()));
        let mut ids: Vec<ThreadId> = done.iter().map(|(_, id)| *id).collect();
        ids.sort_by_key(|id| format!("{id:?}"));
        ids.dedup();
        (done.into_iter().map(|(at, _)| at).collect(), ids.len())
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let (order, _) = workers(1_000, 1_000, 4);
        assert!(order.is_sorted() && order.len() == 1_000);
        assert!(workers(0, 1_000_000, 4).0.is_empty());
    }

    #[test]
    fn no_thread_is_started_for_a_little_work() {
        assert_eq!(workers(8, 8_000, 4).1, 1);
        assert_eq!(workers(1, 10_000_000, 4).1, 1);
        assert_eq!(workers(1_000, 8_000, 1).1, 1);
    }
}
