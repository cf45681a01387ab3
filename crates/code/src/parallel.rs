//! Work on several threads whose result does not depend on how many there are.
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

/// With so few pieces of work a second thread costs more than it brings.
const WORK_OF_ONE_THREAD: usize = 8;
const THREADS_MAX: usize = 32;
/// Nested calls of nested expressions need a deep stack; only what is used of it takes memory.
const STACK_BYTES: usize = 512 << 20;

/// The results of `run` for every piece of work, in their order.
pub(crate) fn each<W: Sync, R: Send>(work: &[W], run: impl Fn(&W) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    let threads = if work.len() <= WORK_OF_ONE_THREAD { 1 } else { threads };
    each_on(threads, work, run)
}

fn each_on<W: Sync, R: Send>(threads: usize, work: &[W], run: impl Fn(&W) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done: Vec<(usize, R)> = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = work.get(index) else { return done };
            done.push((index, run(one)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let start = |_| std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, take);
        let handles: Vec<_> = (0..threads).map(start).collect();
        let mut done = Vec::with_capacity(work.len());
        for handle in handles {
            // Without a thread the others, or this one, do its work.
            let Ok(handle) = handle else { continue };
            match handle.join() {
                Ok(some) => done.extend(some),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done.extend(take());
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::each_on;

    #[test]
    fn results_stand_in_the_order_of_the_work_however_many_threads_there_are() {
        let work: Vec<u64> = (0..500).collect();
        let expected: Vec<u64> = work.iter().map(|number| number * number).collect();
        for threads in [0, 1, 2, 7] {
            assert_eq!(each_on(threads, &work, |number| number * number), expected, "{threads} threads");
        }
    }
}
