//! The contract in C, as wit-bindgen writes it: what the SDKs of C, C++ and Zig stand on; and in
//! AssemblyScript and Go.

pub(crate) mod assemblyscript;
pub(crate) mod go;

use crate::contract::World;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use wit_bindgen_core::Files;

/// Writes the header and the source of a world's bindings into a folder, `ring.h` and `ring.c`; with
/// compute, of which what a kernel does not call is not linked.
///
/// # Errors
/// If they cannot be written.
pub(crate) fn write_c(world: World, folder: &Path) -> Result<()> {
    let (mut resolve, id) = world.resolve_with_compute()?;
    let mut files = Files::default();
    let options = wit_bindgen_c::Opts {
        // The component's type is embedded when the component is made, for every language alike.
        no_object_file: true,
        // One name for the contract, whichever of its worlds it is.
        rename_world: Some("ring".to_owned()),
        ..Default::default()
    };
    options.build().generate(&mut resolve, id, &mut files)?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (name, content) in files.iter() {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
