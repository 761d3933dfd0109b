//! Whether a history keeps the guarantees of `docs/semantics.md`. A check a file; each returns what
//! it found wrong.

mod calls;
mod counts;
mod ends;
mod input;
mod ledger;
mod output;
mod pause;
mod restarts;
mod waits;

#[cfg(test)]
mod tests;

use crate::simulation::Trace;
use ledger::Ledger;

/// Something that must not be.
pub type Fault = String;

/// What a check says.
type Verdict = Result<(), Fault>;

/// Makes every check.
pub fn faults(trace: &Trace) -> Vec<Fault> {
    let Trace {
        plan,
        records,
        hung,
        ..
    } = trace;
    let ledger = Ledger::of(plan.kernels.len(), records);
    let mut verdicts = vec![
        counts::check(plan, records),
        ends::check(plan, records, &ledger),
        input::check(plan, &ledger),
        output::check(plan, &ledger),
        calls::check(plan, &ledger),
        pause::check(plan, records, &ledger),
        waits::check(plan, records),
    ];
    if !hung.is_empty() {
        verdicts.push(Err(format!("it comes to no end; left are {hung:?}")));
    }
    verdicts.into_iter().filter_map(Result::err).collect()
}

/// Fails with this text if the condition does not hold.
macro_rules! demand {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}
use demand;
