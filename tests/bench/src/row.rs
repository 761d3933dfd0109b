//! A row of the table: the same work, done by several in turn.

use crate::contender::Contestant;
use crate::executor::Flavour;
use crate::measure::Setting;
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

/// One figure of a row.
pub struct Line {
    /// What it is, where the row has several.
    pub what: &'static str,
    /// What it is measured in.
    pub unit: &'static str,
    /// What it is to be.
    pub targets: Vec<Target>,
}

impl Line {
    pub(crate) fn new(what: &'static str, unit: &'static str) -> Self {
        Self {
            what,
            unit,
            targets: Vec::new(),
        }
    }

    pub(crate) fn target(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }
}

/// What ringhost's figure is to be.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// So many times that of this peer.
    Ratio(&'static str, Bound),
    /// So much more than that of this peer.
    Difference(&'static str, Bound),
    /// So much.
    Figure(Bound),
}

/// Which side of a number is good.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// This or less.
    AtMost(f64),
    /// This or more.
    AtLeast(f64),
    /// Less than this.
    Below(f64),
}

impl Bound {
    /// Whether a figure is within it.
    pub fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtMost(bound) => figure <= bound,
            Self::AtLeast(bound) => figure >= bound,
            Self::Below(bound) => figure < bound,
        }
    }
}
