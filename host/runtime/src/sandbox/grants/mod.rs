//! What a kernel may reach, by name. What is not granted is refused.

mod addresses;
mod compute;
mod environment;
mod error;
mod folder;
mod grant;
mod want;
mod world;

use crate::error::InvalidOptionError;
use addresses::Endpoint;
use serde::{Deserialize, Serialize};
use std::path::Path;

pub(crate) use addresses::{Addresses, Unresolved};
pub use compute::Compute;
pub use error::GrantError;
pub use folder::{Access, Folder};
pub use grant::Grant;
pub use want::{UngrantedError, Want};
pub(crate) use world::World;

/// The most hosts and ports that one kernel is granted: names among them are looked up all at once.
const MOST_ENDPOINTS: usize = 64;

/// What a kernel may reach of the world. By default nothing but its log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grants {
    /// The contract's log. Standard output and error go there, too; without it they go nowhere. It
    /// is bounded, and a panic's message arrives there, so it is granted by default.
    pub log: bool,
    /// The clocks: the time of day, and one that only goes forward.
    pub clocks: bool,
    /// Random bytes, and where they come from.
    pub random: Option<Randomness>,
    /// Variables of the host's environment, by name. Those that are set there at the launch are
    /// passed on.
    pub environment: Vec<String>,
    /// Folders of the host. A relative path begins at the folder of the manifest's file, where it
    /// was [read from one](crate::LaunchOptions::from_file), elsewhere at the working directory.
    pub folders: Vec<Folder>,
    /// What the kernel may connect to by TCP, as `host:port`. The host is a name, an IPv4 address,
    /// or an IPv6 address in brackets. Names are looked up once, at the launch. The tokio runtime
    /// that kernels run in must have its I/O enabled.
    pub network: Vec<String>,
    /// Data-parallel work, on a GPU or on the CPU's cores, and how much of it.
    pub compute: Option<Compute>,
    /// Whether what is imported and not granted is answered with nothing, instead of being refused
    /// at the launch: no files, variables, addresses or devices, a log that goes nowhere, clocks that
    /// stand at 0, and the same random bytes on every run.
    pub empty_world: bool,
}

/// Where random bytes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Randomness {
    /// From a generator that the system seeds; fit for secrets.
    System,
    /// From this seed: the same bytes on every run. No secrets may be made of them.
    Seed(u64),
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            log: true,
            clocks: false,
            random: None,
            environment: Vec::new(),
            folders: Vec::new(),
            network: Vec::new(),
            compute: None,
            empty_world: false,
        }
    }
}

impl Grants {
    /// Whether this is granted, in whatever form.
    pub fn has(&self, grant: Grant) -> bool {
        match grant {
            Grant::Log => self.log,
            Grant::Clocks => self.clocks,
            Grant::Random => self.random.is_some(),
            Grant::Environment => !self.environment.is_empty(),
            Grant::Folders => !self.folders.is_empty(),
            Grant::Network => !self.network.is_empty(),
            Grant::Compute => self.compute.is_some(),
        }
    }

    /// Whether anything is granted that is the host's own: variables, folders, connections. What is
    /// left is the same anywhere.
    pub fn reach_the_host(&self) -> bool {
        [Grant::Environment, Grant::Folders, Grant::Network]
            .into_iter()
            .any(|grant| self.has(grant))
    }

    /// # Errors
    /// If something is wanted that is not granted, and not answered with nothing either.
    pub fn admit(&self, wants: &[Want]) -> Result<(), UngrantedError> {
        let ungranted: Vec<_> = wants
            .iter()
            .filter(|want| !self.empty_world && !self.has(want.grant))
            .cloned()
            .collect();
        if ungranted.is_empty() {
            return Ok(());
        }
        Err(UngrantedError { wants: ungranted })
    }

    /// Lets relative paths of folders begin at this one.
    pub(crate) fn relative_to(&mut self, folder: &Path) {
        for granted in &mut self.folders {
            // Joining an absolute path gives that path.
            granted.host = folder.join(&granted.host);
        }
    }

    /// # Errors
    /// If a grant has a value that cannot be meant.
    pub(crate) fn check(&self) -> Result<(), InvalidOptionError> {
        environment::check(&self.environment)?;
        folder::check(&self.folders)?;
        self.compute.as_ref().map_or(Ok(()), Compute::check)?;
        self.endpoints().map(drop)
    }

    fn endpoints(&self) -> Result<Vec<Endpoint>, InvalidOptionError> {
        if self.network.len() > MOST_ENDPOINTS {
            return Err(InvalidOptionError {
                option: "grants.network",
                value: format!("a list of {}", self.network.len()),
                reason: "a kernel gets 64 addresses at most",
            });
        }
        let endpoints = self.network.iter().map(|text| Endpoint::parse(text));
        endpoints.collect()
    }

    /// Opens what is granted, off the executor: once at a launch, for all instances of the kernel.
    ///
    /// # Errors
    /// If what a grant names cannot be had.
    pub(crate) async fn open(&self) -> Result<World, GrantError> {
        World::open(self, self.endpoints()?).await
    }
}
