//! Groups of kernels.

use super::RingKernelRuntime;
use crate::error::Error;
use crate::kernel::{Supervision, supervise};
use crate::lifecycle::Call;

impl RingKernelRuntime {
    /// Keeps launched kernels up as a group: when one fails, it is started again, or all are. Where
    /// the group's budget is spent, all go down. A kernel can be in one group, and stays in it. One
    /// that is not activated, or is asked to end, has no part in its group's restarts.
    ///
    /// ```no_run
    /// # fn example(runtime: &ringhost::RingKernelRuntime) -> Result<(), ringhost::Error> {
    /// use ringhost::{Restart, Strategy, Supervision};
    ///
    /// let strategy = Strategy::AllForOne;
    /// let restart = Restart::on_failure();
    /// runtime.supervise(&["parse", "count"], Supervision { strategy, restart })?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no such kernel, one was never launched or is in a group already, none is named,
    /// or the policy cannot be meant. Then nothing has happened.
    pub fn supervise(&self, kernel_ids: &[&str], supervision: Supervision) -> Result<(), Error> {
        let kernels = kernel_ids
            .iter()
            .map(|id| self.shared.registry.kernel(id, Call::Receive))
            .collect::<Result<Vec<_>, Error>>()?;
        let _grouping = self.shared.grouping.lock();
        Ok(supervise(&kernels, supervision)?)
    }
}
