//! `ring:kernel/compute`: data-parallel work, on the devices that the host has.

mod calls;
mod computing;
mod operations;
mod residents;
mod standing;
mod types;

use super::turn::yield_turn;
use super::{Host, entered};
use calls::{duration, until};
use computing::{Buffer, Event, Plan, Space};
use types::{
    Command, Device, DeviceKind, Error, MadeBuffer, MadeEvent, MadePlan, MadeSpace, Stats,
};
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource, ResourceType};

pub(crate) use computing::{Computer, Computing};

type Store<'a> = StoreContextMut<'a, Host>;

pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    resource::<Space>(linker, "space")?;
    resource::<Buffer>(linker, "buffer")?;
    resource::<Plan>(linker, "plan")?;
    resource::<Event>(linker, "event")?;
    resource::<residents::Held>(linker, "resident")?;
    linker.func_wrap_async("devices", |mut store: Store<'_>, ()| {
        Box::new(async move {
            begin(&mut store, 0).await;
            let devices = store.data_mut().devices().await;
            Ok((devices.into_iter().map(Into::into).collect::<Vec<Device>>(),))
        })
    })?;
    add_spaces_to(linker)?;
    add_buffers_to(linker)?;
    add_plans_and_events_to(linker)?;
    residents::add_to(linker)
}

fn add_spaces_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "[static]space.create",
        |mut store: Store<'_>, (kind, bytes): (Option<DeviceKind>, u64)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let made: MadeSpace = store.data_mut().create(kind.map(Into::into), bytes).await;
                Ok((made,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]space.device",
        |mut store: Store<'_>, (space,): (Resource<Space>,)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let space = store.data_mut().held(&space)?;
                Ok((Device::from(space.space.device()),))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]space.allocate",
        |mut store: Store<'_>, (space, bytes): (Resource<Space>, u32)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let made: MadeBuffer = store.data_mut().allocate(&space, bytes)?;
                Ok((made,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]space.submit",
        |mut store: Store<'_>, (space, commands): (Resource<Space>, Vec<Command>)| {
            Box::new(async move {
                begin(&mut store, commands.len()).await;
                let made: MadeEvent = store.data_mut().submit(&space, commands).await?;
                Ok((made,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]space.plan",
        |mut store: Store<'_>, (space, commands): (Resource<Space>, Vec<Command>)| {
            Box::new(async move {
                begin(&mut store, commands.len()).await;
                let made: MadePlan = store.data_mut().plan(&space, commands)?;
                Ok((made,))
            })
        },
    )
}

fn add_buffers_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "[method]buffer.length",
        |mut store: Store<'_>, (buffer,): (Resource<Buffer>,)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                Ok((store.data_mut().held(&buffer)?.buffer.len(),))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]buffer.write",
        |mut store: Store<'_>, (buffer, offset, bytes): (Resource<Buffer>, u32, bytes::Bytes)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let written: Result<(), Error> =
                    store.data_mut().write(&buffer, offset, &bytes).await?;
                Ok((written,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]buffer.read",
        |mut store: Store<'_>,
         (buffer, offset, length, timeout): (Resource<Buffer>, u32, u32, Option<u64>)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let host = store.data_mut();
                host.require_waiting("buffer.read")?;
                let held = host.held(&buffer)?;
                let (space, buffer) = (held.space.space.clone(), held.buffer.clone());
                let reading = async move { Ok(space.read(&buffer, offset, length).await?) };
                let read: Result<Vec<u8>, Error> =
                    until(&host.ports, duration(timeout), reading).await;
                Ok((read,))
            })
        },
    )
}

fn add_plans_and_events_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "[method]plan.run",
        |mut store: Store<'_>, (plan, times): (Resource<Plan>, u32)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let made: MadeEvent = store.data_mut().run(&plan, times).await?;
                Ok((made,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]event.poll",
        |mut store: Store<'_>, (event,): (Resource<Event>,)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let ended = store.data_mut().held(&event)?.event.poll();
                Ok((ended.map(told),))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]event.wait",
        |mut store: Store<'_>, (event, timeout): (Resource<Event>, Option<u64>)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                let host = store.data_mut();
                host.require_waiting("event.wait")?;
                let event = host.held(&event)?.event.clone();
                let waiting = async move { told(event.wait().await) };
                Ok((until(&host.ports, duration(timeout), waiting).await,))
            })
        },
    )?;
    linker.func_wrap_async(
        "[method]event.cancel",
        |mut store: Store<'_>, (event,): (Resource<Event>,)| {
            Box::new(async move {
                begin(&mut store, 0).await;
                store.data_mut().held(&event)?.event.cancel();
                Ok(())
            })
        },
    )
}

fn told(
    ended: Result<ringhost_compute::Stats, ringhost_compute::ComputeError>,
) -> Result<Stats, Error> {
    ended.map(Into::into).map_err(Into::into)
}

/// What every call begins with.
async fn begin(store: &mut Store<'_>, commands: usize) {
    entered(store);
    let Host { turn, ports, .. } = store.data_mut();
    if turn.batch(commands, 0) {
        yield_turn(&ports.control).await;
    }
}

/// Adds a resource that the kernel holds by handles.
fn resource<T: Send + 'static>(
    linker: &mut LinkerInstance<'_, Host>,
    name: &str,
) -> wasmtime::Result<()> {
    linker.resource(name, ResourceType::host::<T>(), |mut store, handle| {
        if let Some(computing) = store.data_mut().compute.as_deref_mut() {
            computing.resources.delete(Resource::<T>::new_own(handle))?;
        }
        Ok(())
    })
}
