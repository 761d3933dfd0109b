//! The names of a runtime, and what each stands for.

use crate::error::{Error, KernelExistsError, KernelNotFoundError, KernelStateError};
use crate::kernel::{Kernel, LaunchOptions};
use crate::lifecycle::{Call, KernelId, KernelState};
use crate::module::Source;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use parking_lot::RwLock;
use std::sync::Arc;

/// What a name stands for.
#[derive(Clone)]
pub(super) enum Entry {
    /// A component that can be launched.
    Registered(Arc<Registration>),
    /// A launch is under way; it had been registered, or had not.
    Launching(Option<Arc<Registration>>),
    /// A kernel, alive or ended.
    Launched(Arc<Kernel>),
}

/// A component under a name, and how it is to be launched.
pub(super) struct Registration {
    pub(super) source: Source,
    pub(super) options: LaunchOptions,
}

impl Entry {
    pub(super) fn state(&self) -> KernelState {
        match self {
            Self::Registered(_) | Self::Launching(_) => KernelState::Created,
            Self::Launched(kernel) => kernel.state(),
        }
    }
}

#[derive(Default)]
pub(super) struct Registry {
    /// In the order in which the names came.
    entries: RwLock<IndexMap<KernelId, Entry, RandomState>>,
}

impl Registry {
    pub(super) fn register(&self, id: KernelId, registration: Registration) -> Result<(), Error> {
        let mut entries = self.entries.write();
        if let Some(entry) = entries.get(&id) {
            return Err(KernelExistsError {
                current_state: entry.state(),
                kernel_id: id,
            }
            .into());
        }
        entries.insert(id, Entry::Registered(Arc::new(registration)));
        Ok(())
    }

    /// Takes a name for a launch. A name that stands for a registered component may be launched
    /// once; a new name is made.
    pub(super) fn begin_launch(&self, id: &KernelId) -> Result<LaunchClaim<'_>, Error> {
        let mut entries = self.entries.write();
        let before = match entries.get(id) {
            None => None,
            Some(Entry::Registered(registration)) => Some(registration.clone()),
            Some(entry @ Entry::Launching(_)) => {
                let (kernel_id, current_state) = (id.clone(), entry.state());
                return Err(KernelExistsError {
                    kernel_id,
                    current_state,
                }
                .into());
            }
            Some(entry) => return Err(state_error(id, entry, Call::Launch).into()),
        };
        entries.insert(id.clone(), Entry::Launching(before.clone()));
        Ok(LaunchClaim {
            registry: self,
            id: id.clone(),
            before,
        })
    }

    pub(super) fn get(&self, id: &str) -> Result<Entry, KernelNotFoundError> {
        let entries = self.entries.read();
        entries.get(id).cloned().ok_or_else(|| KernelNotFoundError {
            kernel_id: id.chars().take(KernelId::MAX_BYTES).collect(),
            known: entries.keys().take(8).cloned().collect(),
        })
    }

    /// The kernel of this name, for a call that needs one that is launched.
    pub(super) fn kernel(&self, id: &str, call: Call) -> Result<Arc<Kernel>, Error> {
        if let Some(Entry::Launched(kernel)) = self.entries.read().get(id) {
            return Ok(kernel.clone());
        }
        match self.get(id)? {
            Entry::Launched(kernel) => Ok(kernel),
            entry => Err(state_error(&KernelId::new(id)?, &entry, call).into()),
        }
    }

    /// Frees a name.
    pub(super) fn remove(&self, id: &str) -> Result<Entry, Error> {
        let known = self.get(id)?;
        let mut entries = self.entries.write();
        // Looked at again under the lock: it may have been launched, or removed, in between.
        let entry = entries.get(id).unwrap_or(&known);
        let removable = match entry {
            Entry::Registered(_) => true,
            Entry::Launching(_) => false,
            Entry::Launched(kernel) => Call::Remove.is_valid_in(kernel.state()),
        };
        if !removable {
            return Err(state_error(&KernelId::new(id)?, entry, Call::Remove).into());
        }
        Ok(entries.shift_remove(id).unwrap_or(known))
    }

    pub(super) fn all(&self) -> Vec<(KernelId, Entry)> {
        self.entries
            .read()
            .iter()
            .map(|(id, entry)| (id.clone(), entry.clone()))
            .collect()
    }

    pub(super) fn kernels(&self) -> Vec<Arc<Kernel>> {
        let launched = |entry: &Entry| match entry {
            Entry::Launched(kernel) => Some(kernel.clone()),
            Entry::Registered(_) | Entry::Launching(_) => None,
        };
        self.entries.read().values().filter_map(launched).collect()
    }
}

fn state_error(id: &KernelId, entry: &Entry, call: Call) -> KernelStateError {
    match entry {
        Entry::Launched(kernel) => kernel.state_error(call, kernel.state()),
        Entry::Registered(_) | Entry::Launching(_) => KernelStateError {
            kernel_id: id.clone(),
            current_state: KernelState::Created,
            expected_states: call.expects(),
            operation: call,
            ending: None,
        },
    }
}

/// A name that is being launched. Dropped, it puts back what was there before: a launch that fails
/// or is given up leaves nothing.
pub(super) struct LaunchClaim<'registry> {
    registry: &'registry Registry,
    id: KernelId,
    pub(super) before: Option<Arc<Registration>>,
}

impl LaunchClaim<'_> {
    pub(super) fn fulfil(self, kernel: Kernel) {
        let entry = Entry::Launched(Arc::new(kernel));
        self.registry.entries.write().insert(self.id.clone(), entry);
    }
}

impl Drop for LaunchClaim<'_> {
    fn drop(&mut self) {
        let mut entries = self.registry.entries.write();
        if !matches!(entries.get(&self.id), Some(Entry::Launching(_))) {
            return;
        }
        match self.before.take() {
            Some(registration) => {
                entries.insert(self.id.clone(), Entry::Registered(registration));
            }
            None => {
                entries.shift_remove(&self.id);
            }
        }
    }
}
