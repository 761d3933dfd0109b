//! The attacks, by what they attack.

mod allocation;
mod binary;
mod computing;
mod declaration;
mod devices;
mod folders;
mod grants;
mod handling;
mod initialisers;
mod lifecycle;
mod limits;
mod log;
mod memory;
mod network;
mod packing;
mod receiving;
mod restarts;
mod results;
mod sending;
mod stack;
mod state;
mod tables;
mod wasi;
mod wasi_resources;

use crate::Attack;

/// All of them.
///
/// # Panics
/// If the text of one is not WebAssembly.
pub fn all() -> Vec<Attack> {
    [
        limits::attacks(),
        memory::attacks(),
        tables::attacks(),
        computing::attacks(),
        stack::attacks(),
        initialisers::attacks(),
        results::attacks(),
        receiving::attacks(),
        sending::attacks(),
        packing::attacks(),
        handling::attacks(),
        state::attacks(),
        allocation::attacks(),
        lifecycle::attacks(),
        restarts::attacks(),
        log::attacks(),
        wasi::attacks(),
        wasi_resources::attacks(),
        grants::attacks(),
        folders::attacks(),
        network::attacks(),
        devices::attacks(),
        binary::attacks(),
        declaration::attacks(),
    ]
    .concat()
}
