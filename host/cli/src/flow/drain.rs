//! From the last kernel to standard output, until it has ended.

use super::feed::Fed;
use super::format::Format;
use crate::interrupt::Interrupt;
use anyhow::{Context, Result};
use ringhost::{Error, RingKernelRuntime, Termination};
use std::future::ready;
use std::io::{self, ErrorKind, Write};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What was written is handed on when nothing more comes, or when there is so much of it.
const BUFFER_BYTES: usize = 64 << 10;

/// How long an input may take to notice that its kernel has ended.
const NOTICE: Duration = Duration::from_millis(50);

/// What takes messages from the last kernel and prints them.
pub struct Drain<'a> {
    pub runtime: &'a RingKernelRuntime,
    /// The last kernel's id.
    pub last: String,
    pub format: Format,
    pub grace: Duration,
    pub terminate_timeout: Duration,
    /// How the input ended, once it has.
    pub fed: watch::Receiver<Option<Fed>>,
    pub interrupt: Interrupt,
}

/// What came of it.
pub struct Drained {
    /// How the input ended; `None` where it is still waited for.
    pub fed: Option<Fed>,
    /// Why the kernels were asked to end, where they were.
    pub asked: Option<Asked>,
    /// Messages that are not of the type that the kernel declares, and the last one's fault.
    pub undecodable: u64,
    pub fault: Option<anyhow::Error>,
}

/// Why the kernels were asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The user pressed Ctrl-C.
    Interrupted,
    /// Nothing happened for the time of grace after the input had ended.
    Quiet,
    /// Nobody reads standard output any more.
    Unread,
}

impl Drain<'_> {
    /// Prints messages as they come until the last kernel has ended, then sees to it that all
    /// others have.
    ///
    /// # Errors
    /// If standard output cannot be written to, for another reason than that it was closed.
    pub async fn run(mut self) -> Result<Drained> {
        let mut output = Vec::new();
        let mut drained = Drained {
            fed: None,
            asked: None,
            undecodable: 0,
            fault: None,
        };
        let mut endings = None;
        // Standard output is open, as far as is known.
        let mut read = true;
        loop {
            let running = drained.asked.is_none();
            let asked = tokio::select! {
                biased;
                () = self.interrupt.raised(), if running => Asked::Interrupted,
                received = self.runtime.receive(&self.last) => match received {
                    Ok(message) => {
                        if let Err(fault) = self.format.write(&message.payload, &mut output) {
                            drained.undecodable += 1;
                            drained.fault = Some(fault);
                        }
                        if output.len() < BUFFER_BYTES || hand_on(&mut output, &mut read)? {
                            continue;
                        }
                        Asked::Unread
                    }
                    Err(Error::KernelEnded(_)) => break,
                    Err(error) => return Err(error.into()),
                },
                () = ready(()), if !output.is_empty() => {
                    if hand_on(&mut output, &mut read)? {
                        continue;
                    }
                    Asked::Unread
                }
                () = quiet(self.runtime, &mut self.fed, self.grace), if running => Asked::Quiet,
            };
            // Who interrupts often ends the reader of standard output with the same key; the first
            // reason counts.
            drained.asked.get_or_insert(asked);
            endings.get_or_insert_with(|| self.ask_to_end());
        }
        hand_on(&mut output, &mut read)?;
        // Kernels before the last have ended before it, save where it ended early.
        let endings = endings.unwrap_or_else(|| self.ask_to_end());
        endings
            .await
            .context("the host failed to end its kernels")?;
        drained.fed = self.how_fed().await;
        Ok(drained)
    }

    /// Asks all kernels to end, while what they still send is received.
    fn ask_to_end(&self) -> JoinHandle<Vec<Termination>> {
        let runtime = self.runtime.clone();
        let timeout = self.terminate_timeout;
        tokio::spawn(async move { runtime.terminate_all_timeout(timeout).await })
    }

    async fn how_fed(&mut self) -> Option<Fed> {
        let fed = self.fed.wait_for(Option::is_some);
        match tokio::time::timeout(NOTICE, fed).await {
            Ok(Ok(fed)) => fed.clone(),
            // It waits for its next line, which nobody needs any more.
            _ => None,
        }
    }
}

/// Writes to standard output what has gathered. False if that has just been found closed; from
/// then on everything is forgotten.
pub fn hand_on(output: &mut Vec<u8>, read: &mut bool) -> Result<bool> {
    if !*read {
        output.clear();
        return Ok(true);
    }
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(output).and_then(|()| stdout.flush());
    output.clear();
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            *read = false;
            Ok(false)
        }
        Err(error) => Err(error).context("cannot write to standard output"),
    }
}

/// Returns when the input has ended and for so long no kernel has received or sent a message. It
/// is polled only while there is nothing to print, so that a slow reader of standard output is no
/// quiet kernel.
async fn quiet(
    runtime: &RingKernelRuntime,
    fed: &mut watch::Receiver<Option<Fed>>,
    grace: Duration,
) {
    if fed.wait_for(Option::is_some).await.is_err() {
        // The thread of the input is gone without a word; the kernel is as good as fed.
        tracing::warn!("the input ended unexpectedly");
    }
    let activity = || {
        let summary = runtime.summary();
        (summary.messages_received, summary.messages_sent)
    };
    loop {
        let before = activity();
        tokio::time::sleep(grace).await;
        if activity() == before {
            return;
        }
    }
}
