//! One message of 16 bytes in flight: there and back.

use super::trips::SIZE;
use super::{Trips, echo};
use crate::contender::Contestant;
use crate::measure::Setting;
use crate::ours::Ours;
use crate::peers::{Actix, ErlangTrips, Kameo, Native, Ractor};
use crate::row::Row;
use crate::target::{Bound, Line, Target};
use anyhow::{Result, anyhow};

/// Round trips in a round.
const COUNT: u64 = 2000;

/// The row.
pub(super) struct RoundTrip;

impl Row for RoundTrip {
    fn name(&self) -> String {
        super::ROUND_TRIP.to_owned()
    }

    fn lines(&self) -> Vec<Line> {
        let below = |peer| Target::Ratio(peer, Bound::Below(1.0));
        let p50 = Line::new("p50", "ns")
            .target(Target::Ratio("native", Bound::AtMost(1.0)))
            .target(below("kameo"))
            .target(below("ractor"))
            .target(below("actix"))
            .target(below("Erlang"));
        vec![p50, Line::new("p99", "ns")]
    }

    fn contestants(&self, setting: &Setting) -> Result<Vec<Contestant>> {
        let executor = &setting.executor;
        let handle = executor.handle().clone();
        let ours = executor.run(async move { Ours::start(&handle, echo()).await })?;
        let handle = executor.handle().clone();
        let handler = ringhost_tests::kernel("handler-echo");
        let handler = executor.run(async move { Ours::start(&handle, handler).await })?;
        let (kameo, ractor, actix) =
            executor.run_here(async { (Kameo::start(), Ractor::start().await, Actix::start()) });
        let erlang = setting.erlang.clone().map_err(|why| anyhow!(why));
        let workers = setting.flavour.workers();
        let erlang = erlang.and_then(|erlang| ErlangTrips::start(&erlang, workers, COUNT));
        let native = Native::<Vec<u8>>::start(executor.handle());
        let array = Native::<[u8; SIZE]>::start(executor.handle());
        Ok(vec![
            Contestant::in_task("ringhost", executor, Trips::new(ours, COUNT)?),
            Contestant::in_task("ringhost, handler", executor, Trips::new(handler, COUNT)?),
            Contestant::in_task("native", executor, Trips::new(native, COUNT)?),
            Contestant::in_task("native, [u8; 16]", executor, Trips::new(array, COUNT)?),
            Contestant::in_task("kameo", executor, Trips::new(kameo, COUNT)?),
            Contestant::in_task("ractor", executor, Trips::new(ractor?, COUNT)?),
            Contestant::in_task("actix", executor, Trips::new(actix, COUNT)?),
            Contestant::attempt("Erlang", erlang),
        ])
    }
}
