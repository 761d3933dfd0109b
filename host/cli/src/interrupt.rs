//! Ctrl-C: once asks, twice insists.

use anyhow::Context;
use tokio::sync::watch;

/// Whether the user has pressed Ctrl-C.
#[derive(Clone)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens for Ctrl-C from here on. The second one ends the process at once.
    ///
    /// # Errors
    /// Where the system does not let us listen.
    pub fn listen() -> anyhow::Result<Self> {
        let (sender, receiver) = watch::channel(false);
        ctrlc::set_handler(move || {
            if sender.send_replace(true) {
                std::process::exit(130);
            }
        })
        .context("cannot listen for Ctrl-C")?;
        Ok(Self(receiver))
    }

    /// Waits until Ctrl-C was pressed; returns at once if it has been.
    pub async fn raised(&mut self) {
        if self.0.wait_for(|raised| *raised).await.is_err() {
            // The handler is never taken away; if it were, nobody could press it.
            std::future::pending().await
        }
    }
}
