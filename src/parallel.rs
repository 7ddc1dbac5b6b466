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

    use super::*;

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
