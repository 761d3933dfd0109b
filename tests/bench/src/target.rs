//! What a row finds out, and what it is to be.

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
    /// One without a target.
    pub fn new(what: &'static str, unit: &'static str) -> Self {
        Self {
            what,
            unit,
            targets: Vec::new(),
        }
    }

    /// The same with a target, beside those that it has.
    pub fn target(mut self, target: Target) -> Self {
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
    /// Whether a figure is on the good side.
    pub fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtMost(bound) => figure <= bound,
            Self::AtLeast(bound) => figure >= bound,
            Self::Below(bound) => figure < bound,
        }
    }
}
