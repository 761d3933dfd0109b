//! Compiled code on disk: of components under `<folder>/<compatibility>/<digest>.cwasm`, and of compute
//! functions for GPUs under `<folder>/cuda/<name>.cubin`.

use super::Digest;
use super::sealed::Sealed;
use ringhost_compute::CodeStore;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use wasmtime::Engine;
use wasmtime::component::Component;

pub(super) struct DiskCache(Sealed);

impl DiskCache {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(Sealed::new(folder))
    }

    /// The component's code, if this cache has it.
    pub(super) fn read(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let code = self.0.read(&compatibility(engine), &name(digest))?;
        // SAFETY: `deserialize` runs what it is given as machine code, so it must be given only
        // what `Component::serialize` made with an engine like this one. `Sealed` answers these very
        // bytes only if this cache wrote them under this name, and only `write` below, which passes the
        // output of `serialize`, writes under names that end so.
        let component = unsafe { Component::deserialize(engine, &code) };
        component
            .inspect_err(|error| tracing::warn!(%digest, %error, "code cache"))
            .ok()
    }

    /// Keeps a component's code.
    pub(super) fn write(&self, engine: &Engine, component: &Component, digest: &Digest) {
        match component.serialize() {
            Ok(code) => self.0.write(&compatibility(engine), &name(digest), &code),
            Err(error) => tracing::warn!(%digest, %error, "code cache"),
        }
    }
}

/// What the drivers of GPUs compile.
impl CodeStore for DiskCache {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.read(CUDA, &format!("{name}.cubin"))
    }

    fn write(&self, name: &str, code: &[u8]) {
        self.0.write(CUDA, &format!("{name}.cubin"), code);
    }
}

const CUDA: &str = "cuda";

fn name(digest: &Digest) -> String {
    format!("{digest}.cwasm")
}

/// Files of another format are none of ours, and no reason to warn.
const FORMAT: u32 = 2;

/// What code depends on, beside the component: wasmtime's version, its configuration, the processor's
/// features, and this crate's version.
fn compatibility(engine: &Engine) -> String {
    let mut hasher = DefaultHasher::new();
    FORMAT.hash(&mut hasher);
    engine.precompile_compatibility_hash().hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
