//! Whether a target was met.

use crate::measured::Measured;
use crate::number::{number, whole};
use crate::target::{Bound, Target};

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
        Bound::AtMost(bound) => format!("at most {}", whole(bound)),
        Bound::AtLeast(bound) => format!("at least {}", whole(bound)),
        Bound::Below(bound) => format!("below {}", whole(bound)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_met_on_its_good_side_only() {
        let is_met = |bound, figure| is_met(Target::Figure(bound), figure);
        assert!(is_met(Bound::AtMost(1.0), 1.0) && !is_met(Bound::AtMost(1.0), 1.1));
        assert!(is_met(Bound::AtLeast(3.0), 3.0) && !is_met(Bound::AtLeast(3.0), 2.9));
        assert!(is_met(Bound::Below(1.0), 0.9) && !is_met(Bound::Below(1.0), 1.0));
    }

    #[test]
    fn a_target_is_said_with_what_it_is_measured_by() {
        let ratio = Target::Ratio("native", Bound::AtMost(1.0));
        assert_eq!(goal(ratio, "ns"), "at most 1 × native");
        let difference = Target::Difference("bare call", Bound::AtMost(150.0));
        assert_eq!(goal(difference, "ns"), "at most 150 ns over bare call");
        let figure = Target::Figure(Bound::Below(25.0));
        assert_eq!(goal(figure, "µs"), "below 25 µs");
    }
}
