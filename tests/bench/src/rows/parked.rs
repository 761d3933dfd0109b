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
use anyhow::{Context, Result, anyhow, bail};
use std::time::{Duration, Instant};

/// How long they are left alone before they are looked at: a dense kernel is at rest after one to two
/// seconds.
const REST: Duration = Duration::from_secs(4);

/// With more of them there are only those of which so many fit into a process.
const MANY: usize = 100_000;

/// What is to be there for each of so many, in KiB: more than any takes that there are then.
const ROOM_EACH_KIB: f64 = 20.0;

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
                1_000_000 => resident.target(Target::Figure(Bound::AtMost(10.0))),
                _ => resident,
            },
            Line::new("page tables, each", "KiB"),
            Line::new("memory mappings, each", ""),
            Line::new("started in, each", "µs"),
            Line::new("processor time of all in a second", "ms"),
        ]
    }

    fn flavours(&self) -> &'static [Flavour] {
        &[Flavour::TwoWorkers]
    }

    fn rounds(&self) -> usize {
        if self.count > MANY { 1 } else { 3 }
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
        let native = contestant("native", own(Parked::Tasks));
        let erlang = Contestant::attempt("Erlang", machine);
        let handlers = contestant("ringhost, dense handler", own(Parked::DenseHandlers));
        let small = contestant(
            "ringhost, dense small handler",
            own(Parked::DenseSmallHandlers),
        );
        if count > MANY {
            return Ok(vec![small, handlers, native, erlang]);
        }
        Ok(vec![
            contestant("ringhost, dense", own(Parked::DenseKernels)),
            contestant("ringhost, dense small", own(Parked::DenseSmallKernels)),
            handlers,
            small,
            contestant("ringhost", own(Parked::Kernels)),
            contestant("ringhost, small", own(Parked::SmallKernels)),
            native,
            erlang,
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
        has_room_for(self.count)?;
        let mut process = (self.start)()?;
        // What is there once does not count.
        order(&mut process, 100)?;
        let before = process.look()?;
        let begun = Instant::now();
        order(&mut process, self.count)?;
        let time = begun.elapsed();
        std::thread::sleep(REST);
        let after = process.look()?;
        std::thread::sleep(WATCH);
        let watched = process.look()?;
        let used = watched
            .processor_nanoseconds
            .saturating_sub(after.processor_nanoseconds);
        let count = self.count as f64;
        Ok(vec![
            (after.resident_kib - before.resident_kib) / count,
            (after.page_tables_kib - before.page_tables_kib) / count,
            (after.mappings as f64 - before.mappings as f64) / count,
            time.as_secs_f64() * 1e6 / count,
            used as f64 / 1e6 / WATCH.as_secs_f64(),
        ])
    }
}

/// # Errors
/// If the machine has too little memory for so many.
fn has_room_for(count: usize) -> Result<()> {
    let memory = std::fs::read_to_string("/proc/meminfo")?;
    let mut lines = memory.lines();
    let kib = lines.find_map(|line| {
        line.strip_prefix("MemAvailable:")?
            .trim()
            .strip_suffix("kB")
    });
    let available: f64 = kib.context("Linux tells it")?.trim().parse()?;
    let needed = count as f64 * ROOM_EACH_KIB;
    if count > MANY && available < needed {
        let gib = |kib: f64| kib / f64::from(1 << 20);
        bail!(
            "the machine has {:.0} GiB of memory to spare, and {:.0} may be needed",
            gib(available),
            gib(needed)
        );
    }
    Ok(())
}

fn order(process: &mut Process, count: usize) -> Result<()> {
    match process.ask(&format!("parked {count}"))?.as_str() {
        "parked" => Ok(()),
        why => bail!("{why}"),
    }
}
