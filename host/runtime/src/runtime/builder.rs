//! Setting up a runtime.

use super::{Registry, RingKernelRuntime, Shared};
use crate::error::{Error, InvalidOptionError};
use crate::executor::Executor;
use crate::kernel::{CoreDumper, CoreDumps, Launcher, queue_capacity};
use crate::module::{Compiler, LoadError, Loader, Provenance, with_cache};
use parking_lot::Mutex;
use ringhost_compute::{BrokerProcess, Devices, Fence};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use tokio::runtime::Handle;

/// What data-parallel work is to run on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// The GPU where there is one, else the CPU.
    #[default]
    Auto,
    /// All CPU cores.
    Cpu,
    /// The GPU, through CUDA.
    Cuda,
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        })
    }
}

impl FromStr for Backend {
    type Err = InvalidOptionError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda),
            _ => Err(InvalidOptionError {
                option: "backend",
                value: format!("{name:?}"),
                reason: "it is auto, cpu or cuda",
            }),
        }
    }
}

/// Sets up a runtime; see [`RingKernelRuntime::builder`].
#[derive(Debug, Clone)]
pub struct Builder {
    telemetry: bool,
    default_queue_size: usize,
    backend: Backend,
    fence: Fence,
    broker: Option<BrokerProcess>,
    cache_folder: Option<PathBuf>,
    executor: Option<Executor>,
    compiler: Compiler,
    provenance: Provenance,
    core_dumps: Option<CoreDumps>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            telemetry: false,
            default_queue_size: 1000,
            backend: Backend::Auto,
            fence: Fence::default(),
            broker: None,
            cache_folder: default_cache_folder(),
            executor: None,
            compiler: Compiler::default(),
            provenance: Provenance::default(),
            core_dumps: None,
        }
    }
}

impl Builder {
    /// Keeps figures of every kernel. Off by default.
    pub fn telemetry(self, telemetry: bool) -> Self {
        Self { telemetry, ..self }
    }

    /// How many messages a queue holds, unless a launch says otherwise. 1000 by default.
    pub fn default_queue_size(self, default_queue_size: usize) -> Self {
        Self {
            default_queue_size,
            ..self
        }
    }

    /// What data-parallel work is to run on. `auto` by default. With `cuda`, where there is no such
    /// device, a kernel that asks for one gets a typed error.
    pub fn backend(self, backend: Backend) -> Self {
        Self { backend, ..self }
    }

    /// What becomes of an access on a GPU that is outside of the kernel's space. `mask` by default.
    pub fn fence(self, fence: Fence) -> Self {
        Self { fence, ..self }
    }

    /// Leaves the GPUs to a process of its own, the broker. Where it fails beyond repair, hangs or is
    /// ended, kernels that compute there get `device-lost`, and the next space is in a new one. By default
    /// they are this process's.
    pub fn broker(self, broker: BrokerProcess) -> Self {
        Self {
            broker: Some(broker),
            ..self
        }
    }

    /// Where compiled code is kept between runs. By default the folder `ringhost/code` in the
    /// user's cache folder (`$XDG_CACHE_HOME`, or `~/.cache`).
    pub fn cache_folder(self, folder: impl Into<PathBuf>) -> Self {
        Self {
            cache_folder: Some(folder.into()),
            ..self
        }
    }

    /// Keeps no compiled code between runs.
    pub fn without_cache_folder(self) -> Self {
        Self {
            cache_folder: None,
            ..self
        }
    }

    /// What kernels run on: the handle of a tokio runtime, by default of the one that
    /// [`build`](Self::build) is called in.
    pub fn executor(self, executor: impl Into<Executor>) -> Self {
        Self {
            executor: Some(executor.into()),
            ..self
        }
    }

    /// Where components are compiled. By default in this process, without limits: for components
    /// by strangers, name a process.
    pub fn compiler(self, compiler: Compiler) -> Self {
        Self { compiler, ..self }
    }

    /// Which components are accepted. By default all.
    pub fn provenance(self, provenance: Provenance) -> Self {
        Self { provenance, ..self }
    }

    /// Where kernels that trap leave core dumps. By default none are written.
    pub fn core_dumps(self, core_dumps: CoreDumps) -> Self {
        Self {
            core_dumps: Some(core_dumps),
            ..self
        }
    }

    /// # Errors
    /// If the queue size is 0, a limit of the compiler is too small for any component, nothing could
    /// ever be accepted, no core dump would be kept, this process is itself a compiler of a host,
    /// there is no tokio runtime, or wasmtime does not support this machine.
    pub fn build(self) -> Result<RingKernelRuntime, Error> {
        let default_queue_size = queue_capacity(self.default_queue_size)?;
        if let Compiler::Process(process) = &self.compiler {
            process.check()?;
        }
        self.provenance.check_policy()?;
        self.core_dumps.as_ref().map_or(Ok(()), CoreDumps::check)?;
        let executor = match self.executor {
            Some(executor) => executor,
            None => Handle::try_current()
                .map(Executor::from)
                .map_err(|_| InvalidOptionError {
                    option: "executor",
                    value: "left out".to_owned(),
                    reason: "there is no tokio runtime here; build inside one, or give its handle",
                })?,
        };
        let fault = |error: wasmtime::Error| LoadError::HostFault {
            reason: format!("{error:#}"),
        };
        let folder = self.cache_folder.clone();
        let loader = Loader::new(
            self.cache_folder,
            self.compiler,
            self.provenance,
            self.core_dumps.is_some(),
        )
        .map_err(fault)?;
        let dumper = self.core_dumps.map(|to| Arc::new(CoreDumper::new(to)));
        let devices = match self.backend {
            Backend::Auto => Devices::auto(0, self.fence),
            Backend::Cpu => Devices::cpu(0),
            Backend::Cuda => Devices::cuda(0, self.fence),
        };
        let devices = match loader.code_store() {
            Some(store) => devices.with_store(store),
            None => devices,
        };
        let devices = match self.broker {
            Some(broker) => devices.with_broker(with_cache(broker, folder.as_deref())),
            None => devices,
        };
        let telemetry = self.telemetry;
        let launcher = Launcher::new(executor, telemetry, default_queue_size, dumper, devices);
        Ok(RingKernelRuntime {
            shared: Arc::new(Shared {
                registry: Registry::default(),
                loader,
                launcher,
                telemetry: self.telemetry,
                default_queue_size,
                backend: self.backend,
                grouping: Mutex::default(),
            }),
        })
    }
}

fn default_cache_folder() -> Option<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
    };
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(cache.join("ringhost").join("code"))
}
