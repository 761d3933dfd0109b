//! Whether a target was met.

use crate::measure::Measured;
use crate::number::number;
use crate::row::{Bound, Target};

/// A target, what was measured of it, and whether it was met.
pub(super) fn verdict(row: &Measured, line: usize, target: Target) -> String {
    let unit = row.lines.get(line).map_or("", |line| line.unit);
    let goal = goal(target, unit);
    let Some(measured) = row.measured(line, target) else {
        return format!("{goal}: not measured");
    };
    let verdict = if is_met(target, measured.median) {
        "met"
    } else {
        "missed"
    };
    format!("{goal}: {} {verdict}", number(measured.median))
}

/// Whether it is met by what was measured of it.
pub(super) fn is_met(target: Target, measured: f64) -> bool {
    let (Target::Ratio(_, bound) | Target::Difference(_, bound) | Target::Figure(bound)) = target;
    bound.is_met(measured)
}

/// A target in words.
pub(super) fn goal(target: Target, unit: &str) -> String {
    match target {
        Target::Ratio(peer, bound) => format!("{} × {peer}", words(bound)),
        Target::Difference(peer, bound) => format!("{} {unit} over {peer}", words(bound)),
        Target::Figure(bound) => format!("{} {unit}", words(bound)),
    }
}

fn words(bound: Bound) -> String {
    match bound {
        Bound::AtMost(bound) => format!("at most {}", number(bound)),
        Bound::AtLeast(bound) => format!("at least {}", number(bound)),
        Bound::Below(bound) => format!("below {}", number(bound)),
    }
}
