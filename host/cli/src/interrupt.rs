//! Ctrl-C and SIGTERM: once asks, twice insists.

use anyhow::{Context, Result};
use std::io;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

/// Whether the user, or who started the command, wants it to end.
#[derive(Clone)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens for Ctrl-C and SIGTERM from here on. The second one ends the process at once.
    ///
    /// # Errors
    /// Where the system does not let us listen.
    pub fn listen() -> Result<Self> {
        let (sender, receiver) = watch::channel(false);
        // A thread of its own: the second one must be heard however busy the kernels are.
        let executor = Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot listen for Ctrl-C")?;
        let mut signals = Signals::new(&executor).context("cannot listen for Ctrl-C")?;
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                executor.block_on(async {
                    while signals.next().await.is_some() {
                        if sender.send_replace(true) {
                            std::process::exit(130);
                        }
                    }
                });
            })
            .context("cannot start a thread for signals")?;
        Ok(Self(receiver))
    }

    /// Waits until the command was asked to end; returns at once if it has been.
    pub async fn raised(&mut self) {
        if self.0.wait_for(|raised| *raised).await.is_err() {
            // Nobody listens any more, so nobody can ask.
            std::future::pending().await
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new(executor: &Runtime) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let _context = executor.enter();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Option<()> {
        tokio::select! {
            signal = self.interrupt.recv() => signal,
            signal = self.terminate.recv() => signal,
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new(executor: &Runtime) -> io::Result<Self> {
        let _context = executor.enter();
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> Option<()> {
        self.0.recv().await
    }
}
