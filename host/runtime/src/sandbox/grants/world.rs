//! What was granted, opened.

use super::{Addresses, Compute, Endpoint, GrantError, Grants, Randomness, environment, folder};
use std::sync::Arc;
use wasmtime_wasi::filesystem::WasiFilesystemCtx;

/// The seed of the random bytes of an empty world.
const SEED_OF_NOTHING: u64 = 0;

/// What a kernel can reach: made once at its launch, and used for each of its instances.
pub(crate) struct World {
    pub(crate) log: bool,
    pub(crate) clocks: bool,
    pub(crate) random: Randomness,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) folders: WasiFilesystemCtx,
    pub(crate) compute: Option<Compute>,
    /// `None` where nothing is granted.
    pub(crate) network: Option<Arc<Addresses>>,
    /// Whether the kernel can have the host open files or sockets.
    pub(crate) opens: bool,
}

impl World {
    pub(super) async fn open(
        grants: &Grants,
        endpoints: Vec<Endpoint>,
    ) -> Result<Self, GrantError> {
        let folders = if grants.folders.is_empty() {
            WasiFilesystemCtx::default()
        } else {
            let folders = grants.folders.clone();
            // Opening can take long: a folder may be on another machine.
            tokio::task::spawn_blocking(move || folder::open(&folders))
                .await
                .map_err(|error| GrantError::HostFault {
                    reason: error.to_string(),
                })??
        };
        let network = if endpoints.is_empty() {
            None
        } else {
            Some(Arc::new(Addresses::look_up(endpoints).await?))
        };
        Ok(Self {
            log: grants.log,
            clocks: grants.clocks,
            random: grants.random.unwrap_or(Randomness::Seed(SEED_OF_NOTHING)),
            environment: environment::read(&grants.environment)?,
            folders,
            compute: grants.compute,
            opens: network.is_some() || !grants.folders.is_empty(),
            network,
        })
    }
}
