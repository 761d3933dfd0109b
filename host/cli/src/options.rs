//! Options of the commands that run kernels, by what they are about, and what they make of the library's.

use crate::loading::LoadOptions;
use crate::log::Level;
use crate::{parse, stats};
use anyhow::Result;
use clap::{Args, ValueEnum};
use ringhost::{Backend, BrokerProcess, CoreDumps, Fence, Overflow, RingKernelRuntime};
use std::path::PathBuf;
use std::time::Duration;

/// How kernels are hosted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Hosting")]
pub struct HostOptions {
    /// What data-parallel work is to run on
    #[arg(long, value_enum, default_value = "auto")]
    pub backend: BackendName,

    /// What becomes of an access that leaves a kernel's space, on a GPU; on the CPU it is a trap
    #[arg(long, value_enum, default_value = "mask")]
    pub fence: FenceName,

    /// Leave the GPU to a process of its own: what fails there beyond repair ends that process and not
    /// this one
    #[arg(long)]
    pub broker: bool,
}

/// How messages are passed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Messages")]
pub struct FlowOptions {
    /// Take and print messages as bytes, whatever types the kernel declares
    #[arg(long)]
    pub raw: bool,

    /// Warn of lines that are no message for the kernel and go on, instead of ending the input
    #[arg(long)]
    pub skip_invalid: bool,

    /// How long a full queue may hold up a message, in seconds [default: as long as it takes]
    #[arg(long, value_name = "SECONDS", value_parser = parse::seconds, allow_hyphen_values = true)]
    pub timeout: Option<Duration>,

    /// How long nothing may happen after the input's end before the kernel is asked to end, in
    /// seconds: no message received, none sent
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = parse::seconds, allow_hyphen_values = true)]
    pub grace: Duration,

    /// How long a kernel that is asked to end may take before it is stopped by force, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = parse::seconds, allow_hyphen_values = true)]
    pub terminate_timeout: Duration,
}

/// What is told on standard error.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reports")]
pub struct ReportOptions {
    /// Tell at the end, on standard error, how many messages took how long, and what they cost
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "table")]
    pub stats: Option<stats::Form>,

    /// Leave what was in a kernel's memory when it trapped as a file in this folder, for debuggers;
    /// 16 files are kept
    #[arg(long, value_name = "FOLDER")]
    pub core_dumps: Option<PathBuf>,

    /// Which log lines of kernels and host are shown on standard error; with error or off, no
    /// notes on manifests either
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "warn")]
    pub log: Level,
}

/// `ringhost::Backend` on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum BackendName {
    /// The GPU where there is one, else the CPU
    Auto,
    /// All CPU cores
    Cpu,
    /// The GPU, through CUDA
    Cuda,
}

/// `ringhost::Overflow` on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OverflowName {
    /// Wait for room, as long as --timeout allows
    Wait,
    /// Refuse it, which ends the input with an error
    Reject,
    /// Drop the message that has waited longest, and count it
    DropOldest,
    /// Drop the new message, and count it
    DropNewest,
}

impl From<OverflowName> for Overflow {
    fn from(name: OverflowName) -> Self {
        match name {
            OverflowName::Wait => Self::Wait,
            OverflowName::Reject => Self::Reject,
            OverflowName::DropOldest => Self::DropOldest,
            OverflowName::DropNewest => Self::DropNewest,
        }
    }
}

/// `ringhost::Fence` on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FenceName {
    /// It goes elsewhere in the space: the fastest
    Mask,
    /// It is a trap
    Trap,
    /// It goes elsewhere in the space, and is a trap at the end of the item
    Deferred,
}

impl HostOptions {
    /// A runtime with these options. It keeps telemetry, which the final report is made of.
    ///
    /// # Errors
    /// If components cannot be loaded as the options want, or the library cannot run here.
    pub fn runtime(
        &self,
        loading: &LoadOptions,
        reports: &ReportOptions,
    ) -> Result<RingKernelRuntime> {
        let backend = match self.backend {
            BackendName::Auto => Backend::Auto,
            BackendName::Cpu => Backend::Cpu,
            BackendName::Cuda => Backend::Cuda,
        };
        let mut builder = loading
            .apply(RingKernelRuntime::builder())?
            .telemetry(true)
            .fence(match self.fence {
                FenceName::Mask => Fence::Mask,
                FenceName::Trap => Fence::Trap,
                FenceName::Deferred => Fence::Deferred,
            })
            .backend(backend);
        if self.broker {
            builder = builder.broker(BrokerProcess::this_program()?);
        }
        if let Some(folder) = &reports.core_dumps {
            builder = builder.core_dumps(CoreDumps::in_folder(folder));
        }
        Ok(builder.build()?)
    }
}
