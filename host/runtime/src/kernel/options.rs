//! How a kernel is to be launched.

use super::restart::Restart;
use crate::error::InvalidOptionError;
use crate::imports::LaunchSettings;
use crate::module::CompilerLimits;
use crate::queue::Overflow;
use crate::sandbox::{Grants, Limits, Tier};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::sync::Arc;

/// How a kernel is to be launched. The defaults are the runtime's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LaunchOptions {
    /// Whether it is run close to the processor, or as one of very many. `fast` by default.
    pub tier: Tier,
    /// How many messages each of the two queues holds; the runtime's default queue size if not
    /// given.
    pub queue_size: Option<usize>,
    /// What a full input queue does with one more message.
    pub overflow: Overflow,
    /// What a full output queue does with one more message.
    pub output_overflow: Overflow,
    /// Bounds on what the kernel may use.
    pub limits: Limits,
    /// Bounds on compiling its component, where the runtime compiles in a
    /// [process](crate::Compiler::Process) of its own. They can be tighter than that process's
    /// own, not looser: the lesser of each two counts. That process's own if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compiler: Option<CompilerLimits>,
    /// Whether it is started again when it has ended.
    pub restart: Restart,
    /// What the kernel may reach.
    pub grants: Grants,
    /// The state that each instance of the kernel, a handler, takes on before anything else: what a
    /// [snapshot](crate::RingKernelRuntime::snapshot) of such a kernel gave. It has no key in a
    /// manifest.
    #[serde(skip)]
    pub state: Option<Bytes>,
}

impl LaunchOptions {
    /// The same in another tier.
    pub fn tier(self, tier: Tier) -> Self {
        Self { tier, ..self }
    }

    /// The same with another queue size.
    pub fn queue_size(self, messages: usize) -> Self {
        Self {
            queue_size: Some(messages),
            ..self
        }
    }

    /// The same with another rule for a full input queue.
    pub fn overflow(self, overflow: Overflow) -> Self {
        Self { overflow, ..self }
    }

    /// The same with another rule for a full output queue.
    pub fn output_overflow(self, output_overflow: Overflow) -> Self {
        Self {
            output_overflow,
            ..self
        }
    }

    /// The same with other limits.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same with bounds on compiling its component.
    pub fn compiler(self, compiler: CompilerLimits) -> Self {
        Self {
            compiler: Some(compiler),
            ..self
        }
    }

    /// The same, started again when it has ended, as this says.
    pub fn restart(self, restart: Restart) -> Self {
        Self { restart, ..self }
    }

    /// The same with other grants.
    pub fn grants(self, grants: Grants) -> Self {
        Self { grants, ..self }
    }

    /// The same with a state that each instance takes on.
    pub fn state(self, state: impl Into<Bytes>) -> Self {
        Self {
            state: Some(state.into()),
            ..self
        }
    }

    /// # Errors
    /// If an option has a value that cannot be meant.
    pub(crate) fn check(&self) -> Result<(), InvalidOptionError> {
        self.queue_size
            .map_or(Ok(()), |messages| queue_capacity(messages).map(drop))?;
        self.compiler
            .as_ref()
            .map_or(Ok(()), CompilerLimits::check)?;
        self.restart.check()?;
        self.grants.check()?;
        self.limits.check()
    }

    /// Checks the options and fills in the runtime's default.
    pub(super) fn settle(
        self,
        default_queue_size: NonZeroUsize,
    ) -> Result<LaunchSettings, InvalidOptionError> {
        self.check()?;
        Ok(LaunchSettings {
            capacity: self
                .queue_size
                .map_or(Ok(default_queue_size), queue_capacity)?,
            overflow: self.overflow,
            output_overflow: self.output_overflow,
            limits: Arc::new(self.limits),
        })
    }
}

/// Checks a queue size.
pub(crate) fn queue_capacity(messages: usize) -> Result<NonZeroUsize, InvalidOptionError> {
    NonZeroUsize::new(messages).ok_or(InvalidOptionError {
        option: "queue_size",
        value: messages.to_string(),
        reason: "a queue must hold at least one message",
    })
}
