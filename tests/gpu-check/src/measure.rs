//! Those who take part in a row take turns, and what came of that.

use anyhow::Result;
use ringhost_bench::statistics::Spread;
use std::time::Duration;

/// One who takes part: how long a round took it each time, or why there are none.
pub(crate) struct Contender<'a> {
    pub(crate) name: &'static str,
    round: Result<Box<dyn FnMut() -> Result<Duration> + 'a>>,
}

impl<'a> Contender<'a> {
    pub(crate) fn new(name: &'static str, round: impl FnMut() -> Result<Duration> + 'a) -> Self {
        Self {
            name,
            round: Ok(Box::new(round)),
        }
    }

    /// One that cannot take part, and why.
    pub(crate) fn absent(name: &'static str, error: anyhow::Error) -> Self {
        Self {
            name,
            round: Err(error),
        }
    }
}

/// What ringhost's figure is to be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// So much of the speed of this peer, or more.
    Speed(&'static str, f64),
    /// So many times as long as this peer takes, or less.
    Times(&'static str, f64),
    /// So much longer than this peer, or less.
    Longer(&'static str, Duration),
    /// Less than this.
    Below(Duration),
}

/// How long each round took one who took part; or why there are no rounds.
pub struct Outcome {
    /// Its name.
    pub name: &'static str,
    /// Seconds of each round, for one of what the row measures; or why there are none.
    pub rounds: Result<Vec<f64>>,
}

/// A row that was measured.
pub struct Measured {
    /// What was done.
    pub case: String,
    /// Bytes that come from and go to memory for it, where that is what it waits for.
    pub bytes: Option<u64>,
    /// Those who took part, ringhost first.
    pub outcomes: Vec<Outcome>,
    /// What ringhost's figure is to be.
    pub goal: Goal,
    /// What else there is to say, as figures that others have published.
    pub note: String,
}

/// What a goal comes to.
pub struct Figures {
    /// Ringhost's figure beside the peer's, as the goal has it.
    pub measured: Spread,
    /// Whether the goal is met.
    pub is_met: bool,
}

impl Measured {
    /// Has all take turns, so many rounds after one that does not count. Whoever fails is out.
    pub(crate) fn of(
        case: String,
        goal: Goal,
        rounds: usize,
        mut contenders: Vec<Contender<'_>>,
    ) -> Self {
        let mut seconds: Vec<Vec<f64>> = contenders.iter().map(|_| Vec::new()).collect();
        for number in 0..=rounds {
            for (contender, seconds) in contenders.iter_mut().zip(&mut seconds) {
                let Ok(round) = &mut contender.round else {
                    continue;
                };
                match round() {
                    Ok(_) if number == 0 => {}
                    Ok(time) => seconds.push(time.as_secs_f64()),
                    Err(error) => contender.round = Err(error),
                }
            }
        }
        let outcomes = contenders.into_iter().zip(seconds);
        let outcomes = outcomes.map(|(contender, seconds)| Outcome {
            name: contender.name,
            rounds: contender.round.map(|_| seconds),
        });
        Self {
            case,
            bytes: None,
            outcomes: outcomes.collect(),
            goal,
            note: String::new(),
        }
    }

    /// Has each round count as so many of what the row measures.
    pub(crate) fn each(mut self, count: u32) -> Self {
        for outcome in &mut self.outcomes {
            for seconds in outcome.rounds.iter_mut().flatten() {
                *seconds /= f64::from(count.max(1));
            }
        }
        self
    }

    /// The rounds of the one of that name, where it has any.
    fn rounds(&self, name: &str) -> Option<&[f64]> {
        let outcome = self.outcomes.iter().find(|outcome| outcome.name == name)?;
        outcome.rounds.as_deref().ok()
    }

    /// What the goal comes to; `None` where ringhost or the peer has no figures.
    pub fn figures(&self) -> Option<Figures> {
        let ours = self.outcomes.first()?.rounds.as_deref().ok()?;
        let beside = |peer, compare: fn((&f64, &f64)) -> f64| {
            Spread::of(ours.iter().zip(self.rounds(peer)?).map(compare))
        };
        let (measured, is_met): (Spread, fn(f64, f64) -> bool) = match self.goal {
            Goal::Speed(peer, _) => (beside(peer, |(ours, theirs)| theirs / ours)?, |a, b| a >= b),
            Goal::Times(peer, _) => (beside(peer, |(ours, theirs)| ours / theirs)?, |a, b| a <= b),
            Goal::Longer(peer, _) => (beside(peer, |(ours, theirs)| ours - theirs)?, |a, b| a <= b),
            Goal::Below(_) => (Spread::of(ours.iter().copied())?, |a, b| a < b),
        };
        let bound = match self.goal {
            Goal::Speed(_, bound) | Goal::Times(_, bound) => bound,
            Goal::Longer(_, bound) | Goal::Below(bound) => bound.as_secs_f64(),
        };
        Some(Figures {
            is_met: is_met(measured.median, bound),
            measured,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(goal: Goal) -> Measured {
        let constant = |milliseconds| move || Ok(Duration::from_millis(milliseconds));
        let contenders = vec![
            Contender::new("ringhost", constant(20)),
            Contender::new("peer", constant(10)),
            Contender::absent("other", anyhow::anyhow!("not there")),
        ];
        Measured::of("row".to_owned(), goal, 3, contenders)
    }

    #[test]
    fn a_goal_is_met_on_its_good_side_only() {
        let ten = Duration::from_millis(10);
        for (goal, figure, is_met) in [
            (Goal::Speed("peer", 0.5), 0.5, true),
            (Goal::Speed("peer", 0.51), 0.5, false),
            (Goal::Times("peer", 2.0), 2.0, true),
            (Goal::Times("peer", 1.9), 2.0, false),
            (Goal::Longer("peer", ten), 0.01, true),
            (Goal::Longer("peer", ten / 2), 0.01, false),
            (Goal::Below(ten * 3), 0.02, true),
            (Goal::Below(ten * 2), 0.02, false),
        ] {
            let figures = measured(goal).figures().unwrap();
            assert_eq!(
                (figures.measured.median, figures.is_met),
                (figure, is_met),
                "{goal:?}"
            );
        }
    }

    #[test]
    fn who_is_not_there_is_compared_with_nobody() {
        assert!(measured(Goal::Speed("other", 0.1)).figures().is_none());
    }

    #[test]
    fn the_first_round_does_not_count_and_who_fails_is_out() {
        let mut times = [50, 1, 3, 2].into_iter().map(Duration::from_millis);
        let mut fails = 0;
        let contenders = vec![
            Contender::new("ringhost", || Ok(times.next().unwrap())),
            Contender::new("peer", || {
                fails += 1;
                anyhow::ensure!(fails < 3, "it fails");
                Ok(Duration::ZERO)
            }),
        ];
        let row = Measured::of("row".to_owned(), Goal::Times("peer", 1.0), 3, contenders);
        assert_eq!(
            row.outcomes[0].rounds.as_ref().unwrap(),
            &[0.001, 0.003, 0.002]
        );
        assert!(row.outcomes[1].rounds.is_err() && fails == 3);
    }
}
