//! The GPUs of a broker, as the host has them.

use super::link::{Link, longer_than};
use super::place::Place;
use super::process::BrokerProcess;
use super::wire::{Reply, Request};
use crate::cuda::Workers;
use crate::space::Layout;
use crate::{ComputeError, DeviceInfo, Fence, Program};
use bytes::Bytes;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

/// How often in a row a broker may end before a space was made. Then there is no next one.
const FAILURES: u32 = 3;

/// How long a broker may take to find the GPUs, or to make a space.
const PATIENCE: Duration = Duration::from_secs(120);

/// The GPUs of a broker.
pub(crate) struct Broker {
    process: BrokerProcess,
    fence: Fence,
    devices: Vec<DeviceInfo>,
    state: Mutex<State>,
    workers: Arc<Workers>,
}

#[derive(Default)]
struct State {
    link: Option<Arc<Link>>,
    /// Brokers that ended since the last space was made.
    failures: u32,
}

impl Broker {
    /// Starts one; none where it finds no GPU, or cannot be started.
    pub(crate) fn find(process: BrokerProcess, fence: Fence) -> Option<Self> {
        let link = Link::start(&process).ok()?;
        let devices = devices(&link, fence).ok()?;
        if devices.is_empty() {
            return None;
        }
        Some(Self {
            process,
            fence,
            devices,
            state: Mutex::new(State {
                link: Some(link),
                failures: 0,
            }),
            workers: Workers::new().ok()?,
        })
    }

    /// Those that have not been given up.
    pub(crate) fn list(&self) -> Vec<DeviceInfo> {
        if self.state.lock().failures < FAILURES {
            self.devices.clone()
        } else {
            Vec::new()
        }
    }

    pub(crate) fn workers(&self) -> &Arc<Workers> {
        &self.workers
    }

    /// A space on the first GPU that takes it.
    ///
    /// # Errors
    /// That of the last one, or that there is no broker any more.
    pub(crate) fn place(
        &self,
        program: &Program,
        bytes: u64,
    ) -> Result<(Place, Layout, DeviceInfo), ComputeError> {
        let layout = Layout::of(program)?;
        let request = Request::Space {
            module: Bytes::copy_from_slice(program.module()),
            bytes,
        };
        let (place, device) = match self.asked(&request) {
            // It may have ended before it was asked, which nobody had seen yet.
            Err(ComputeError::DeviceLost(_)) => self.asked(&request),
            answer => answer,
        }?;
        self.state.lock().failures = 0;
        Ok((place, layout, device))
    }

    /// Asks for a space.
    fn asked(&self, request: &Request) -> Result<(Place, DeviceInfo), ComputeError> {
        let link = self.link()?;
        match link.call(request, longer_than(PATIENCE))? {
            Reply::Space {
                space,
                size,
                device,
            } => Ok((Place::new(link, space, size), device)),
            _ => Err(link.nonsense()),
        }
    }

    /// The broker, a new one if the last has ended.
    fn link(&self) -> Result<Arc<Link>, ComputeError> {
        let mut state = self.state.lock();
        if let Some(link) = &state.link {
            if !link.is_lost() {
                return Ok(link.clone());
            }
            state.failures = state.failures.saturating_add(1);
            state.link = None;
        }
        if state.failures >= FAILURES {
            let gone = "the broker of the CUDA devices has ended again and again; ask for the CPU";
            return Err(ComputeError::NoDevice(gone.to_owned()));
        }
        let started = Link::start(&self.process)
            .map_err(|error| ComputeError::DeviceLost(format!("its broker cannot start: {error}")))
            .and_then(|link| devices(&link, self.fence).map(|_| link));
        match started {
            Ok(link) => Ok(state.link.insert(link).clone()),
            Err(error) => {
                state.failures = state.failures.saturating_add(1);
                Err(error)
            }
        }
    }
}

fn devices(link: &Link, fence: Fence) -> Result<Vec<DeviceInfo>, ComputeError> {
    match link.call(&Request::Devices(fence), longer_than(PATIENCE))? {
        Reply::Devices(devices) => Ok(devices),
        _ => Err(link.nonsense()),
    }
}
