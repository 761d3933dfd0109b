//! From component bytes to compiled code: read, checked against the policy of provenance, compiled,
//! cached by digest.

mod broker;
mod cache;
mod compiler;
mod declared;
mod digest;
mod inspection;
mod known;
mod load_error;
mod provenance;
mod sealed;
mod shape;
mod source;

use crate::error::Error;
use crate::message::schema::Messages;
use crate::sandbox::{self, EngineKind, Grant, Ground, Limits, Needs, PerEngine, Tier, Windows};
use bytes::Bytes;
use cache::DiskCache;
use compiler::Compilation;
use known::Known;
use lru::LruCache;
use parking_lot::Mutex;
use ringhost_compute::{CodeStore, Program, ProgramError};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::OnceCell;
use wasmtime::Engine;
use wasmtime::component::Component;

pub use broker::broker;
pub(crate) use broker::with_cache;
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
    /// What it was compiled for.
    pub(crate) kind: EngineKind,
    /// Where its kernels have their stacks; `None` where each has its own.
    pub(crate) windows: Option<Arc<Windows>>,
    pub(crate) needs: Needs,
    pub(crate) messages: Messages,
    /// What it marks for data-parallel work, or why that cannot be had: such a component can be inspected.
    pub(crate) program: Result<Option<Program>, ProgramError>,
    pub(crate) component_bytes: usize,
    pub(crate) compiled_bytes: usize,
}

/// What one compilation is for: all that a module depends on, and what may end it without one. So
/// nobody waits for a compilation under other limits than their own, or fails with it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Order {
    digest: Digest,
    kind: EngineKind,
    limits: Option<CompilerLimits>,
}

/// Turns sources into modules. The same bytes are compiled once, however many ask at once.
pub(crate) struct Loader {
    engines: PerEngine<Ground>,
    core_dumps: bool,
    provenance: Arc<Provenance>,
    known: Arc<Known>,
    compilation: Compilation,
    disk: Option<Arc<DiskCache>>,
    memory: Mutex<LruCache<Order, Arc<OnceCell<Module>>>>,
}

impl Loader {
    /// # Errors
    /// Where wasmtime does not support this machine.
    pub(crate) fn new(
        cache_folder: Option<PathBuf>,
        compiler: Compiler,
        provenance: Provenance,
        core_dumps: bool,
    ) -> wasmtime::Result<Self> {
        let engines = PerEngine::new();
        // Where the machine is not supported, that is told now.
        engines.get_or_make(EngineKind::DEFAULT, || {
            sandbox::engine(EngineKind::DEFAULT, core_dumps)
        })?;
        let disk = cache_folder.map(|folder| Arc::new(DiskCache::new(folder)));
        Ok(Self {
            engines,
            core_dumps,
            provenance: Arc::new(provenance),
            known: Arc::new(Known::new()),
            compilation: Compilation::new(compiler),
            disk,
            memory: Mutex::new(LruCache::new(IN_MEMORY)),
        })
    }

    /// Where code for GPUs is kept; none where nothing is kept on disk.
    pub(crate) fn code_store(&self) -> Option<Arc<dyn CodeStore>> {
        let disk: Arc<dyn CodeStore> = self.disk.clone()?;
        Some(disk)
    }

    /// Reads and compiles a component within these limits, or takes it from a cache. It may be for
    /// any world.
    pub(crate) async fn load(
        &self,
        source: &Source,
        limits: &Limits,
        tier: Tier,
        compiler: Option<&CompilerLimits>,
    ) -> Result<Module, Error> {
        let compiler = self.compilation.limits(compiler)?;
        let (digest, bytes) = self.admit(source, limits.component_bytes).await?;
        let order = Order {
            digest,
            kind: EngineKind {
                tier,
                stack_bytes: limits.stack_bytes,
            },
            limits: compiler,
        };
        let cell = self
            .memory
            .lock()
            .get_or_insert(order, Arc::default)
            .clone();
        let module = cell
            .get_or_try_init(|| self.compile(order, bytes))
            .await
            .cloned();
        if module.is_err() {
            // So that noise does not push good modules out.
            self.memory.lock().pop(&order);
        }
        Ok(module?)
    }

    /// Reads a source and checks its bytes against the policy, each time they are loaded and before
    /// anything looks into them: from here on only these very bytes are used.
    async fn admit(&self, source: &Source, limit: u64) -> Result<(Digest, Bytes), LoadError> {
        if let Source::Bytes(bytes) = source
            && bytes.len() as u64 <= limit
            && let Some(digest) = self.known.same(bytes)
            && self.provenance.accepts(&digest)
        {
            return Ok((digest, bytes.clone()));
        }
        let (known, provenance) = (self.known.clone(), self.provenance.clone());
        let source = source.clone();
        blocking(move || {
            let bytes = source.read(limit)?;
            let digest = known.digest(&bytes);
            provenance.check(&source, &bytes, &digest)?;
            Ok((digest, bytes))
        })
        .await
    }

    async fn compile(&self, order: Order, bytes: Bytes) -> Result<Module, LoadError> {
        let Order {
            digest,
            kind,
            limits,
        } = order;
        let Ground { engine, windows } = self
            .engines
            .get_or_make(kind, || sandbox::engine(kind, self.core_dumps))
            .map_err(|error| LoadError::HostFault {
                reason: format!("{error:#}"),
            })?;
        let cached = self.cached(&engine, digest, bytes.clone()).await?;
        let fresh = cached.is_none();
        let component = match cached {
            Some(component) => component,
            None => {
                self.compilation
                    .compile(&engine, kind.tier, bytes.clone(), limits)
                    .await?
            }
        };
        within_limit(&component, limits)?;
        let disk = self.disk.clone().filter(|_| fresh);
        blocking(move || {
            if let Some(disk) = disk {
                disk.write(&engine, &component, &digest);
            }
            let messages = declared::read(&bytes)?;
            let needs = Needs::of(&component, &engine);
            // Of those that do not compute nothing more is read.
            let computes = needs.wants.iter().any(|want| want.grant == Grant::Compute);
            let program = match computes {
                // What marks nothing has the host's own operations.
                true => Program::of_component(&bytes)
                    .map(|marked| Some(marked.unwrap_or_else(Program::none))),
                false => Ok(None),
            };
            Ok(Module {
                digest,
                kind,
                windows,
                needs,
                messages,
                program,
                component_bytes: bytes.len(),
                compiled_bytes: compiled_bytes(&component),
                component,
            })
        })
        .await
    }

    /// The component's code, if it was compiled before. What is no component is told here.
    async fn cached(
        &self,
        engine: &Engine,
        digest: Digest,
        bytes: Bytes,
    ) -> Result<Option<Component>, LoadError> {
        let engine = engine.clone();
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

/// What was compiled before costs no time and memory, but it is as large as ever.
fn within_limit(component: &Component, limits: Option<CompilerLimits>) -> Result<(), LoadError> {
    match limits {
        Some(limits) if compiled_bytes(component) as u64 > limits.code_bytes => Err(
            LoadError::CompilationLimit(CompilerLimit::Code(limits.code_bytes)),
        ),
        _ => Ok(()),
    }
}

/// How large the compiled code is, in bytes.
fn compiled_bytes(component: &Component) -> usize {
    let image = component.image_range();
    (image.end as usize).saturating_sub(image.start as usize)
}
