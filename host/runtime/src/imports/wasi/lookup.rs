//! `wasi:sockets/ip-name-lookup`, answered from what was looked up at the launch: no question of a
//! kernel leaves the host.

use crate::imports::Host;
use crate::sandbox::Unresolved;
use std::net::IpAddr;
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource, ResourceType};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddress};
use wasmtime_wasi::p2::{DynPollable, Network, Pollable, subscribe};

/// The resource `resolve-address-stream`.
struct Answers(std::vec::IntoIter<IpAddr>);

#[wasmtime_wasi::async_trait]
impl Pollable for Answers {
    async fn ready(&mut self) {}
}

pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.resource(
        "resolve-address-stream",
        ResourceType::host::<Answers>(),
        |mut store, index| {
            let answers = Resource::<Answers>::new_own(index);
            store.data_mut().ctx().table.delete(answers)?;
            Ok(())
        },
    )?;
    linker.func_wrap(
        "resolve-addresses",
        |mut store: StoreContextMut<'_, Host>, (network, name): (Resource<Network>, String)| {
            let host = store.data_mut();
            // Who cannot show the network has no business with it.
            host.ctx().table.get(&network)?;
            let answers = host
                .world
                .network
                .as_ref()
                .map_or(Err(Unresolved::NotGranted), |granted| granted.of(&name));
            let answers = match answers {
                Ok(answers) => Ok(host.ctx().table.push(Answers(answers.into_iter()))?),
                Err(Unresolved::NoName) => Err(ErrorCode::InvalidArgument),
                Err(Unresolved::NotGranted) => Err(ErrorCode::AccessDenied),
            };
            Ok((answers,))
        },
    )?;
    linker.func_wrap(
        "[method]resolve-address-stream.resolve-next-address",
        |mut store: StoreContextMut<'_, Host>, (answers,): (Resource<Answers>,)| {
            let answers = store.data_mut().ctx().table.get_mut(&answers)?;
            let next = answers.0.next().map(IpAddress::from);
            Ok((Ok::<_, ErrorCode>(next),))
        },
    )?;
    linker.func_wrap(
        "[method]resolve-address-stream.subscribe",
        |mut store: StoreContextMut<'_, Host>, (answers,): (Resource<Answers>,)| {
            let pollable: Resource<DynPollable> = subscribe(store.data_mut().ctx().table, answers)?;
            Ok((pollable,))
        },
    )
}
