//! What rows are measured in.

use crate::card::Card;
use anyhow::{Context, Result, anyhow};
use ringhost_compute::{Devices, Fence, Program};
use std::path::PathBuf;
use std::rc::Rc;
use tokio::runtime::Runtime;

/// How large the rows' work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sizes {
    /// As the targets have it.
    Whole,
    /// So small that a stand-in for a GPU can do it: the figures mean nothing.
    Few,
}

/// The devices, the kernels and the peers.
pub struct Setting {
    pub(crate) devices: Devices,
    pub(crate) sizes: Sizes,
    pub(crate) tokio: Runtime,
    card: Result<Rc<Card>, String>,
    kernels: PathBuf,
}

impl Setting {
    /// With the kernels of this folder, and peers that are compiled to this PTX.
    ///
    /// # Errors
    /// If there can be no threads. Where there is no GPU, the rows that need one say so.
    pub fn new(kernels: PathBuf, peers: &str, sizes: Sizes) -> Result<Self> {
        let card = Card::open(peers).map(Rc::new);
        Ok(Self {
            devices: Devices::auto(0, Fence::Mask),
            sizes,
            tokio: Runtime::new()?,
            card: card.map_err(|error| format!("{error:#}")),
            kernels,
        })
    }

    /// The first GPU and its driver, in words.
    ///
    /// # Errors
    /// If there is none.
    pub fn gpu(&self) -> Result<String> {
        Ok(self.card()?.description().to_owned())
    }

    /// The GPU as the peers have it.
    pub(crate) fn card(&self) -> Result<Rc<Card>> {
        self.card.clone().map_err(|error| anyhow!(error))
    }

    /// The component of a kernel.
    pub(crate) fn kernel(&self, name: &str) -> PathBuf {
        self.kernels.join(name).with_extension("wasm")
    }

    /// The compute functions of a kernel.
    pub(crate) fn program(&self, kernel: &str) -> Result<Program> {
        let path = self.kernel(kernel);
        let component = std::fs::read(&path)
            .with_context(|| format!("cannot read {}; run: cargo xtask kernels", path.display()))?;
        Program::of_component(&component)?.with_context(|| format!("{kernel} computes nothing"))
    }

    /// As many as the targets have it, or few.
    pub(crate) fn many_or_few<T>(&self, many: T, few: T) -> T {
        match self.sizes {
            Sizes::Whole => many,
            Sizes::Few => few,
        }
    }

    /// How many rounds count.
    pub(crate) fn rounds(&self) -> usize {
        self.many_or_few(15, 2)
    }
}
