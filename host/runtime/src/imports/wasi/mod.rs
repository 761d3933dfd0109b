//! WASI 0.2, as far as a kernel was granted what it gives. What a kernel writes to standard output
//! and error goes to its log, line by line.

mod clocks;
mod files;
#[cfg(unix)]
mod listing;
mod lookup;
mod output;
mod random;
mod sockets;

use super::journal::Level;
use super::{Host, Ports};
use crate::sandbox::World;
use output::LogStream;
use std::sync::Arc;
use wasmtime::component::Linker;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

pub(crate) use sockets::can_connect;

/// Streams, pollables and the like that one kernel may hold.
const MAX_RESOURCES: usize = 1024;

/// The same where each can be a file or a socket, of which the whole process has some thousand.
const MAX_OPENED_RESOURCES: usize = 128;

/// The most random bytes for one request.
const MAX_RANDOM_BYTES: u64 = 64 << 10;

/// The interfaces of which parts are replaced below, under the names that wasmtime-wasi gives them.
const VERSION: &str = "0.2.12";

/// Adds WASI 0.2 to a linker.
pub(super) fn add_to(linker: &mut Linker<Host>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    linker.allow_shadowing(true);
    lookup::add_to(&mut linker.instance(&format!("wasi:sockets/ip-name-lookup@{VERSION}"))?)?;
    sockets::add_to(&mut linker.instance(&format!("wasi:sockets/tcp@{VERSION}"))?)?;
    let mut files = linker.instance(&format!("wasi:filesystem/types@{VERSION}"))?;
    files::add_to(&mut files)?;
    #[cfg(unix)]
    listing::add_to(&mut files)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// How many resources of WASI a kernel with this world may hold.
pub(super) fn resources(world: &World) -> usize {
    if world.opens {
        MAX_OPENED_RESOURCES
    } else {
        MAX_RESOURCES
    }
}

/// What one instance of a kernel sees of its world.
pub(super) fn context(ports: &Arc<Ports>, world: &World) -> WasiCtx {
    let mut builder = WasiCtxBuilder::new();
    if world.log {
        builder
            .stdout(LogStream::new(ports, Level::Info))
            .stderr(LogStream::new(ports, Level::Warn));
    }
    builder
        .envs(&world.environment)
        .max_random_size(MAX_RANDOM_BYTES);
    if !world.clocks {
        clocks::stand_still(&mut builder);
    }
    random::draw(&mut builder, world.random);
    sockets::open(&mut builder, world.network.as_ref());
    let mut context = builder.build();
    *context.filesystem() = world.folders.clone();
    context
}
