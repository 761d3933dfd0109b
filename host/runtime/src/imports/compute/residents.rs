//! Functions that stay on devices.

use super::calls::{duration, until};
use super::computing::{Buffer, Space};
use super::standing::Resident;
use super::types::{Error, Launch, Made, Stats};
use super::{Store, begin};
use crate::imports::Host;
use bytes::Bytes;
use ringhost_compute as compute;
use std::sync::Arc;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Resource};

/// What the kernel holds by a handle.
pub(super) type Held = Arc<Resident>;

#[derive(ComponentType, Lift)]
#[component(record)]
struct Residence {
    launch: Launch,
    input: Resource<Buffer>,
    output: Resource<Buffer>,
    depth: u32,
}

pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "[method]space.reside",
        |mut store: Store<'_>, (space, residence): (Resource<Space>, Residence)| {
            Box::new(async move {
                begin(&mut store, residence.launch.arguments.len()).await;
                let made: Made<Held> = store.data_mut().reside(&space, residence).await?;
                Ok((made,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]resident.send",
        |mut store: Store<'_>, (resident, message): (Resource<Held>, Bytes)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let host = store.data_mut();
                let resident = host.held(&resident)?.clone();
                let left = host.computing().and_then(|computing| computing.time_left());
                let sent: Result<bool, Error> =
                    left.and_then(|_| Ok(resident.resident.send(&message)?));
                Ok((sent,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]resident.receive",
        |mut store: Store<'_>, (resident, timeout): (Resource<Held>, Option<u64>)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let host = store.data_mut();
                host.require_waiting("resident.receive")?;
                let resident = host.held(&resident)?.clone();
                let receiving = async move { Ok(resident.resident.receive().await?) };
                let received: Result<Vec<u8>, Error> =
                    until(&host.ports, duration(timeout), receiving).await;
                Ok((received,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]resident.resume",
        |mut store: Store<'_>, (resident,): (Resource<Held>,)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let resident = store.data_mut().held(&resident)?;
                let resumed: Result<(), Error> = resident.resident.resume().map_err(Error::from);
                Ok((resumed,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]resident.stats",
        |mut store: Store<'_>, (resident,): (Resource<Held>,)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let resident = store.data_mut().held(&resident)?;
                Ok((Stats::from(resident.resident.stats()),))
            })
        },
    )?;
    tell(linker, "[method]resident.pause", compute::Resident::pause)?;
    tell(linker, "[method]resident.stop", compute::Resident::stop)
}

/// Adds a function that tells a resident something.
fn tell(
    linker: &mut LinkerInstance<'_, Host>,
    name: &str,
    what: fn(&compute::Resident),
) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        name,
        move |mut store: Store<'_>, (resident,): (Resource<Held>,)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                what(&store.data_mut().held(&resident)?.resident);
                Ok(())
            })
        },
    )
}

impl Host {
    async fn reside(
        &mut self,
        space: &Resource<Space>,
        residence: Residence,
    ) -> wasmtime::Result<Made<Held>> {
        let space = self.held(space)?.clone();
        let residence = compute::Residence {
            launch: self.launch(residence.launch)?,
            input: self.buffer(&residence.input)?,
            output: self.buffer(&residence.output)?,
            depth: residence.depth,
        };
        Ok(self.make_resident(space, residence).await)
    }

    async fn make_resident(&mut self, space: Space, residence: compute::Residence) -> Made<Held> {
        let computing = self.computing()?;
        computing.time_left()?;
        computing.standing.check(&computing.computer.granted)?;
        let charge = computing.charge(residence.memory_bytes())?;
        let target = space.space.clone();
        // On a GPU the first of a function takes its compilation.
        let made = tokio::task::spawn_blocking(move || target.reside(residence)).await;
        let made = made.map_err(|error| Error::DeviceLost(error.to_string()))??;
        let computing = self.computing()?;
        let resident = Resident::new(made, &computing.computer.used, space, charge);
        let held = computing.hold(resident.clone())?;
        let granted = computing.computer.granted;
        computing.standing.add(&resident, &granted);
        Ok(held)
    }
}
