//! Taking turns: the rounds of a row.

use crate::contender::{Contender, Contestant};
use crate::executor::Executor;
use crate::flavour::Flavour;
use crate::measured::{Measured, Outcome};
use crate::peers::Erlang;
use crate::row::Row;
use anyhow::{Context, Result, anyhow};
use std::rc::Rc;

/// What a row is measured in.
pub struct Setting {
    pub(crate) flavour: Flavour,
    pub(crate) executor: Rc<Executor>,
    pub(crate) erlang: Result<Erlang, String>,
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
