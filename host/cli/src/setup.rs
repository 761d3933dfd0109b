//! The options of every command that runs kernels, and what they make of the library's.

use crate::grants::GrantOptions;
use crate::limits::{LimitOptions, Manifest};
use crate::loading::LoadOptions;
use crate::options::{FlowOptions, HostOptions, ReportOptions};
use anyhow::Result;
use clap::Args;
use ringhost::{LaunchOptions, RingKernelRuntime};
use std::path::{Path, PathBuf};

/// How kernels are loaded, hosted, bounded and told of, and how messages are passed to them.
#[derive(Debug, Args)]
pub struct Setup {
    #[command(flatten)]
    pub messages: FlowOptions,

    #[command(flatten)]
    limits: LimitOptions,

    #[command(flatten)]
    grants: GrantOptions,

    #[command(flatten)]
    host: HostOptions,

    #[command(flatten)]
    loading: LoadOptions,

    #[command(flatten)]
    pub reports: ReportOptions,
}

impl Setup {
    /// Reads a component's manifest: the named one, else the one beside the component, else the
    /// defaults.
    ///
    /// # Errors
    /// If there is one that cannot be read or used, or that grants what nobody has asked for.
    pub fn manifest(&self, component: &Path, named: Option<PathBuf>) -> Result<Manifest> {
        let manifest = self.limits.manifest(component, named)?;
        self.grants.allow(&manifest)?;
        Ok(manifest)
    }

    /// Launch options with what was given here in place of their own, and their grants beside what is
    /// granted here.
    pub fn over(&self, options: LaunchOptions) -> LaunchOptions {
        let options = self.loading.over(self.limits.over(options));
        self.grants.beside(options)
    }

    /// A runtime that hosts kernels so.
    ///
    /// # Errors
    /// If there is none with these options here.
    pub fn runtime(&self) -> Result<RingKernelRuntime> {
        self.host.runtime(&self.loading, &self.reports)
    }
}
