//! Taking turns: the rounds of a row, and what they say.

use crate::contender::{Contender, Contestant, Outcome};
use crate::executor::{Executor, Flavour};
use crate::peers::Erlang;
use crate::row::{Line, Row, Target};
use crate::statistics::Spread;
use anyhow::{Context, Result, anyhow};
use std::rc::Rc;

/// What a row is measured in.
pub struct Setting {
    pub(crate) flavour: Flavour,
    pub(crate) executor: Rc<Executor>,
    pub(crate) erlang: Result<Erlang, String>,
}

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

    /// Round by round, how many times a peer's figure ringhost's is.
    pub fn ratios(&self, line: usize, peer: usize) -> Option<Spread> {
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

/// Measures a row on an executor; with a tenth of the rounds if it is to be quick.
///
/// # Errors
/// If the executor or ringhost cannot be set up.
pub fn measure(
    row: &dyn Row,
    flavour: Flavour,
    erlang: &Result<Erlang, String>,
    quick: bool,
) -> Result<Measured> {
    let setting = Setting {
        flavour,
        executor: Rc::new(Executor::new(flavour)?),
        erlang: erlang.clone(),
    };
    let rounds = if quick {
        row.rounds().div_ceil(10)
    } else {
        row.rounds()
    };
    let mut contestants = row.contestants(&setting).with_context(|| row.name())?;
    let mut figures: Vec<_> = contestants.iter().map(|_| Vec::new()).collect();
    let uncounted = usize::from(row.warms_up());
    for round in 0..uncounted + rounds {
        for (contestant, figures) in contestants.iter_mut().zip(&mut figures) {
            let Ok(contender) = &mut contestant.contender else {
                continue;
            };
            match contender.round() {
                Ok(_) if round < uncounted => {}
                Ok(lines) => figures.push(lines),
                Err(error) => contestant.contender = Err(error),
            }
        }
    }
    let outcomes = contestants.into_iter().zip(figures);
    Ok(Measured {
        name: row.name(),
        flavour,
        lines: row.lines(),
        outcomes: outcomes.map(outcome).collect(),
    })
}

fn outcome((contestant, figures): (Contestant, Vec<Vec<f64>>)) -> Outcome {
    let distribution = |contender: &dyn Contender| contender.distribution();
    match contestant.contender {
        Ok(contender) => Outcome {
            name: contestant.name,
            distribution: distribution(&*contender),
            rounds: Ok(figures),
        },
        Err(error) => Outcome {
            name: contestant.name,
            rounds: Err(anyhow!("{error:#}")),
            distribution: None,
        },
    }
}
