//! What an item of a compute function costs on all cores, beside Rust with rayon on the same.

use crate::contender::{Contender, Contestant};
use crate::cores::Saxpy;
use crate::flavour::Flavour;
use crate::measure::Setting;
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::Result;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

const ITEMS: u32 = 1 << 24;

/// The row.
pub(super) struct Compute;

impl Row for Compute {
    fn name(&self) -> String {
        "saxpy on all cores".to_owned()
    }

    fn lines(&self) -> Vec<Line> {
        let target = Target::Ratio("rayon", Bound::AtMost(1.3));
        vec![Line::new("an item", "ns").target(target)]
    }

    fn flavours(&self) -> &'static [Flavour] {
        // It has threads of its own.
        &[Flavour::TwoWorkers]
    }

    fn rounds(&self) -> usize {
        50
    }

    fn contestants(&self, _setting: &Setting) -> Result<Vec<Contestant>> {
        let kernel = ringhost_tests::kernel_path("saxpy");
        let saxpy = Rc::new(RefCell::new(Saxpy::new(&kernel, 0, ITEMS)?));
        let side = |round: fn(&mut Saxpy) -> Result<Duration>| Side {
            saxpy: saxpy.clone(),
            round,
        };
        Ok(vec![
            Contestant::new("ringhost", side(Saxpy::ours)),
            Contestant::new("rayon", side(|saxpy| Ok(saxpy.theirs()))),
        ])
    }
}

/// One of the two, over vectors of its own.
struct Side {
    saxpy: Rc<RefCell<Saxpy>>,
    round: fn(&mut Saxpy) -> Result<Duration>,
}

impl Contender for Side {
    fn round(&mut self) -> Result<Vec<f64>> {
        let mut saxpy = self.saxpy.borrow_mut();
        let time = (self.round)(&mut saxpy)?;
        Ok(vec![time.as_nanos() as f64 / saxpy.items() as f64])
    }
}
