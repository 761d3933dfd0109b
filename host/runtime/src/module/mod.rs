//! From component bytes to compiled code: read, checked against the policy of provenance, compiled,
//! cached by digest.

mod cache;
mod compiler;
mod declared;
mod digest;
mod inspection;
mod load_error;
mod provenance;
mod shape;
mod source;

use crate::message::schema::Messages;
use crate::sandbox::Needs;
use bytes::Bytes;
use cache::DiskCache;
use compiler::Compilation;
use lru::LruCache;
use parking_lot::Mutex;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::OnceCell;
use wasmtime::Engine;
use wasmtime::component::Component;

pub use compiler::{
    Compiler, CompilerLimit, CompilerLimits, CompilerProcess, compile_worker, is_compile_worker,
};
pub use digest::{Digest, InvalidDigestError};
pub use inspection::Inspection;
pub use load_error::LoadError;
pub use provenance::{
    InvalidPublicKeyError, Provenance, ProvenanceError, PublicKey, Requirement, SignatureFault,
};
pub use source::Source;

/// Compiled components kept in memory, at most. Those that run are kept by their kernels.
const IN_MEMORY: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// A compiled component.
#[derive(Clone)]
pub(crate) struct Module {
    pub(crate) digest: Digest,
    pub(crate) component: Component,
    pub(crate) needs: Needs,
    pub(crate) messages: Messages,
    pub(crate) component_bytes: usize,
    pub(crate) compiled_bytes: usize,
}

/// Turns sources into modules. The same bytes are compiled once, however many ask at once.
pub(crate) struct Loader {
    engine: Engine,
    provenance: Arc<Provenance>,
    compilation: Compilation,
    disk: Option<Arc<DiskCache>>,
    memory: Mutex<LruCache<Digest, Arc<OnceCell<Module>>>>,
}

impl Loader {
    pub(crate) fn new(
        engine: Engine,
        cache_folder: Option<PathBuf>,
        compiler: Compiler,
        provenance: Provenance,
    ) -> Self {
        let disk = cache_folder.map(|folder| Arc::new(DiskCache::new(folder, &engine)));
        Self {
            engine,
            provenance: Arc::new(provenance),
            compilation: Compilation::new(compiler),
            disk,
            memory: Mutex::new(LruCache::new(IN_MEMORY)),
        }
    }

    /// Reads and compiles a component, or takes it from a cache. It may be for any world.
    pub(crate) async fn load(&self, source: &Source) -> Result<Module, LoadError> {
        let bytes = source.read().await?;
        let (digest, bytes) = self.admit(source, bytes).await?;
        let cell = self
            .memory
            .lock()
            .get_or_insert(digest, Arc::default)
            .clone();
        let module = cell
            .get_or_try_init(|| self.compile(digest, bytes))
            .await
            .cloned();
        if module.is_err() {
            // So that noise does not push good modules out.
            self.memory.lock().pop(&digest);
        }
        module
    }

    /// Checks the bytes against the policy, each time they are loaded and before anything looks
    /// into them: from here on only these very bytes are used.
    async fn admit(&self, source: &Source, bytes: Bytes) -> Result<(Digest, Bytes), LoadError> {
        let provenance = self.provenance.clone();
        let source = source.clone();
        blocking(move || {
            let digest = Digest::of(&bytes);
            provenance.check(&source, &bytes, &digest)?;
            Ok((digest, bytes))
        })
        .await
    }

    async fn compile(&self, digest: Digest, bytes: Bytes) -> Result<Module, LoadError> {
        let cached = self.cached(digest, bytes.clone()).await?;
        let fresh = cached.is_none();
        let component = match cached {
            Some(component) => component,
            None => {
                self.compilation
                    .compile(&self.engine, bytes.clone())
                    .await?
            }
        };
        let engine = self.engine.clone();
        let disk = self.disk.clone().filter(|_| fresh);
        blocking(move || {
            if let Some(disk) = disk {
                disk.write(&component, &digest);
            }
            let messages = declared::read(&bytes)?;
            Ok(Module {
                digest,
                needs: Needs::of(&component, &engine),
                messages,
                component_bytes: bytes.len(),
                compiled_bytes: compiled_bytes(&component),
                component,
            })
        })
        .await
    }

    /// The component's code, if it was compiled before. What is no component is told here.
    async fn cached(&self, digest: Digest, bytes: Bytes) -> Result<Option<Component>, LoadError> {
        let engine = self.engine.clone();
        let disk = self.disk.clone();
        blocking(move || {
            source::check(&bytes)?;
            shape::check(&bytes)?;
            Ok(disk.and_then(|disk| disk.read(&engine, &digest)))
        })
        .await
    }
}

/// Runs long work where it holds up no executor thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LoadError> + Send + 'static,
) -> Result<T, LoadError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(LoadError::HostFault {
            reason: error.to_string(),
        }),
    }
}

/// How large the compiled code is, in bytes.
fn compiled_bytes(component: &Component) -> usize {
    let image = component.image_range();
    (image.end as usize).saturating_sub(image.start as usize)
}
