//! What the rounds of a row say.

use crate::flavour::Flavour;
use crate::statistics::Spread;
use crate::target::{Line, Target};
use anyhow::Result;
use hdrhistogram::Histogram;

/// A row that was measured.
pub struct Measured {
    /// The row's name.
    pub name: String,
    /// On which executor.
    pub flavour: Flavour,
    /// Its lines.
    pub lines: Vec<Line>,
    /// What became of those who took part, ringhost first.
    pub outcomes: Vec<Outcome>,
}

impl Measured {
    /// The figures of a contender in this line.
    pub fn figures(&self, line: usize, contender: usize) -> Option<Spread> {
        Spread::of(self.column(line, contender)?)
    }

    /// Round by round, how many times a peer's figure ringhost's is; `None` where the peer's is
    /// nothing, or less.
    pub fn ratios(&self, line: usize, peer: usize) -> Option<Spread> {
        if self.column(line, peer)?.any(|theirs| theirs <= 0.0) {
            return None;
        }
        self.compare(line, peer, |ours, theirs| ours / theirs)
    }

    /// Round by round, how much more than a peer's figure ringhost's is.
    pub fn differences(&self, line: usize, peer: usize) -> Option<Spread> {
        self.compare(line, peer, |ours, theirs| ours - theirs)
    }

    fn compare(&self, line: usize, peer: usize, with: fn(f64, f64) -> f64) -> Option<Spread> {
        let ours = self.column(line, 0)?;
        Spread::of(
            ours.zip(self.column(line, peer)?)
                .map(|(ours, theirs)| with(ours, theirs)),
        )
    }

    fn column(&self, line: usize, contender: usize) -> Option<impl Iterator<Item = f64>> {
        let rounds = self.outcomes.get(contender)?.rounds.as_ref().ok()?;
        Some(
            rounds
                .iter()
                .filter_map(move |round| round.get(line).copied()),
        )
    }

    /// What a target is about, as it was measured; and the peer's place.
    pub fn measured(&self, line: usize, target: Target) -> Option<Spread> {
        let place = |name: &str| self.outcomes.iter().position(|peer| peer.name == name);
        match target {
            Target::Ratio(peer, _) => self.ratios(line, place(peer)?),
            Target::Difference(peer, _) => self.differences(line, place(peer)?),
            Target::Figure(_) => self.figures(line, 0),
        }
    }
}

/// What a contender showed.
pub struct Outcome {
    /// Its name.
    pub name: &'static str,
    /// The figures of each round, one for each line; or why there are none.
    pub rounds: Result<Vec<Vec<f64>>>,
    /// How long each single piece of work took in all rounds, in nanoseconds, where that was kept.
    pub distribution: Option<Histogram<u64>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Bound;

    fn outcome(name: &'static str, rounds: &[f64]) -> Outcome {
        Outcome {
            name,
            rounds: Ok(rounds.iter().map(|figure| vec![*figure]).collect()),
            distribution: None,
        }
    }

    /// The machine was three times as slow in the second round.
    pub(crate) fn measured() -> Measured {
        Measured {
            name: "row".to_owned(),
            flavour: Flavour::OneThread,
            lines: vec![Line::new("", "ns")],
            outcomes: vec![
                outcome("ringhost", &[10.0, 30.0, 11.0]),
                outcome("peer", &[20.0, 60.0, 20.0]),
                Outcome {
                    name: "absent",
                    rounds: Err(anyhow::anyhow!("it is not here")),
                    distribution: None,
                },
            ],
        }
    }

    #[test]
    fn ratios_are_those_of_the_rounds_and_not_of_the_medians() {
        let row = measured();
        assert_eq!(row.ratios(0, 1).map(|ratio| ratio.median), Some(0.5));
        assert_eq!(row.ratios(0, 1).map(|ratio| ratio.high), Some(0.525));
        assert_eq!(row.differences(0, 1).map(|more| more.median), Some(-10.0));
        assert_eq!(row.figures(0, 0).map(|figure| figure.median), Some(11.0));
    }

    #[test]
    fn nothing_is_no_times_as_much_as_nothing() {
        let mut row = measured();
        row.outcomes.push(outcome("idle", &[0.0, 1.0, 1.0]));
        assert_eq!(row.ratios(0, 3), None);
        assert_eq!(row.differences(0, 3).map(|more| more.low), Some(10.0));
    }

    #[test]
    fn who_is_not_there_has_no_figures() {
        let row = measured();
        assert_eq!(row.figures(0, 2), None);
        assert_eq!(row.ratios(0, 2), None);
        let target = Target::Ratio("absent", Bound::AtMost(1.0));
        assert_eq!(row.measured(0, target), None);
        assert_eq!(row.figures(1, 0), None);
    }
}
