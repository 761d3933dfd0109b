//! A row of the table: the same work, done by several in turn.

use crate::contender::Contestant;
use crate::flavour::Flavour;
use crate::measure::Setting;
use crate::target::Line;
use anyhow::Result;

/// One file of [`rows`](crate::rows).
pub trait Row {
    /// What it is called in the table, and by the option `--row`.
    fn name(&self) -> String;

    /// What each round finds out.
    fn lines(&self) -> Vec<Line>;

    /// The executors on which it is measured.
    fn flavours(&self) -> &'static [Flavour] {
        &Flavour::ALL
    }

    /// How many rounds there are, unless the run is to be quick.
    fn rounds(&self) -> usize {
        100
    }

    /// Whether a first round does not count, in which caches and pools are filled.
    fn warms_up(&self) -> bool {
        true
    }

    /// Whether it is left out of a quick run.
    fn takes_long(&self) -> bool {
        false
    }

    /// Sets up those who take part, ringhost first.
    ///
    /// # Errors
    /// If it is ringhost that cannot be set up.
    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>>;
}
