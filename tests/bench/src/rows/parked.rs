//! Many kernels that have each handled a message and wait for the next: what they hold, and what
//! they use of a processor meanwhile. Each round is a process of its own, looked at from outside.

use crate::contender::{Contender, Contestant};
use crate::flavour::Flavour;
use crate::measure::Setting;
use crate::number::whole;
use crate::park::{self, Parked};
use crate::peers::erlang;
use crate::process::Process;
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::{Result, anyhow, bail};
use std::time::{Duration, Instant};

/// How long they are watched.
const WATCH: Duration = Duration::from_secs(1);

/// The row, for so many kernels.
pub(super) struct ParkedKernels {
    pub(super) count: usize,
}

impl Row for ParkedKernels {
    fn name(&self) -> String {
        format!("{}{}", whole(self.count as f64), super::PARKED)
    }

    fn lines(&self) -> Vec<Line> {
        let resident = Line::new("resident, each", "KiB");
        vec![
            match self.count {
                100_000 => resident.target(Target::Figure(Bound::AtMost(16.0))),
                _ => resident,
            },
            Line::new("memory mappings, each", ""),
            Line::new("started in, each", "µs"),
            Line::new("processor time of all in a second", "ms"),
        ]
    }

    fn flavours(&self) -> &'static [Flavour] {
        &[Flavour::TwoWorkers]
    }

    fn rounds(&self) -> usize {
        3
    }

    fn warms_up(&self) -> bool {
        false
    }

    fn takes_long(&self) -> bool {
        self.count > 10_000
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let count = self.count;
        let erlang = setting.erlang.clone().map_err(|why| anyhow!(why));
        let workers = setting.flavour.workers();
        let contestant = |name, start| Contestant::new(name, Watched { count, start });
        let own = |who| Box::new(move || park::start(who)) as Start;
        let machine = erlang.map(|erlang| Watched {
            count,
            start: Box::new(move || erlang::start(&erlang, workers)),
        });
        Ok(vec![
            contestant("ringhost, dense", own(Parked::DenseKernels)),
            contestant("ringhost, dense handler", own(Parked::DenseHandlers)),
            contestant("ringhost", own(Parked::Kernels)),
            contestant("ringhost, small", own(Parked::SmallKernels)),
            contestant("native", own(Parked::Tasks)),
            Contestant::attempt("Erlang", machine),
        ])
    }
}

type Start = Box<dyn Fn() -> Result<Process>>;

/// Those of one kind.
struct Watched {
    count: usize,
    start: Start,
}

impl Contender for Watched {
    fn round(&mut self) -> Result<Vec<f64>> {
        let mut process = (self.start)()?;
        // What is there once does not count.
        order(&mut process, 100)?;
        let before = process.look()?;
        let begun = Instant::now();
        order(&mut process, self.count)?;
        let time = begun.elapsed();
        let after = process.look()?;
        std::thread::sleep(WATCH);
        let watched = process.look()?;
        let used = watched
            .processor_nanoseconds
            .saturating_sub(after.processor_nanoseconds);
        let count = self.count as f64;
        Ok(vec![
            (after.resident_kib - before.resident_kib) / count,
            (after.mappings as f64 - before.mappings as f64) / count,
            time.as_secs_f64() * 1e6 / count,
            used as f64 / 1e6 / WATCH.as_secs_f64(),
        ])
    }
}

fn order(process: &mut Process, count: usize) -> Result<()> {
    match process.ask(&format!("parked {count}"))?.as_str() {
        "parked" => Ok(()),
        why => bail!("{why}"),
    }
}
