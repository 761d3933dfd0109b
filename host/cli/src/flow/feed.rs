//! From the input to the first kernel: a thread of its own, since reading may take for ever.

use super::format::Format;
use super::lines::{Line, Lines};
use super::sent::Sent;
use crate::console::Console;
use anyhow::Context;
use indicatif::ProgressBar;
use ringhost::{Error, RingKernelRuntime};
use std::io::Read;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;

/// Where messages come from.
pub struct Input {
    /// What an error calls it.
    pub name: String,
    /// Its lines are the messages.
    pub reader: Box<dyn Read + Send>,
    /// How many bytes it has, where that is known.
    pub bytes: Option<u64>,
}

/// How the input ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fed {
    /// All of it was sent.
    All,
    /// A line is no message, or the input cannot be read. In words.
    Invalid(String),
    /// A message was not taken: the queue was full. In words.
    Refused(String),
    /// The kernel ended and took no more, from the line of this number on.
    Untaken(u64),
}

/// What takes lines from an input and sends them to a kernel.
pub struct Feeder {
    pub runtime: RingKernelRuntime,
    pub kernel_id: String,
    pub input: Input,
    /// How lines are read; it may change on the way.
    pub format: watch::Receiver<Format>,
    /// Bytes of the largest message.
    pub message_limit: usize,
    /// Warn of a line that is no message, and go on.
    pub skip_invalid: bool,
    /// Close the kernel's input when this one has ended.
    pub closes: bool,
    /// Is told which line became which message.
    pub sent: Sent,
    /// How long a full queue may hold up a message.
    pub timeout: Option<Duration>,
    pub progress: ProgressBar,
    pub console: Console,
}

/// What is wrong with one line.
enum Fault {
    /// This line only.
    Line(String),
    /// The kernel takes no more lines.
    End(Fed),
}

impl Feeder {
    /// Sends everything in a thread of its own and closes the kernel's input. What is returned
    /// holds how the input ended, as soon as it has.
    ///
    /// # Errors
    /// If there can be no more threads.
    pub fn start(self) -> anyhow::Result<watch::Receiver<Option<Fed>>> {
        let (sender, receiver) = watch::channel(None);
        let executor = Handle::current();
        std::thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || {
                let (runtime, kernel_id) = (self.runtime.clone(), self.kernel_id.clone());
                let closes = self.closes;
                let progress = self.progress.clone();
                let fed = self.feed(&executor);
                progress.finish_and_clear();
                // Told before the input is closed, so that it is known when the kernel returns.
                sender.send_replace(Some(fed));
                if closes {
                    // An error says that the kernel has ended already.
                    let _ = executor.block_on(runtime.close_input(&kernel_id));
                }
            })
            .context("cannot start a thread for the input")?;
        Ok(receiver)
    }

    fn feed(mut self, executor: &Handle) -> Fed {
        let reader = std::mem::replace(&mut self.input.reader, Box::new(std::io::empty()));
        let mut lines = Lines::new(reader, self.line_limit());
        loop {
            let line = match lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => return Fed::All,
                Err(error) => {
                    return Fed::Invalid(format!("cannot read {}: {error}", self.input.name));
                }
            };
            self.progress.set_position(lines.bytes);
            match executor.block_on(self.send(line, lines.count)) {
                Ok(()) => {}
                Err(Fault::End(fed)) => return fed,
                Err(Fault::Line(fault)) => {
                    let fault = format!("line {} of {}: {fault}", lines.count, self.input.name);
                    if !self.skip_invalid {
                        return Fed::Invalid(fault);
                    }
                    self.console.warn(&format!("skipped {fault}"));
                }
            }
        }
    }

    /// The longest line that is read.
    fn line_limit(&self) -> usize {
        self.format.borrow().line_limit(self.message_limit)
    }

    async fn send(&self, line: Line, number: u64) -> Result<(), Fault> {
        let Line::Whole(line) = line else {
            let limit = self.line_limit();
            return Err(Fault::Line(format!(
                "it has more than {limit} bytes, too many for a message; split it, or raise --message-limit"
            )));
        };
        let payload = self.format.borrow().read(line);
        let Some(payload) = payload.map_err(Fault::Line)? else {
            return Ok(());
        };
        self.sent.begin(number);
        let sent = match self.timeout {
            None => self.runtime.send(&self.kernel_id, payload).await,
            Some(timeout) => {
                self.runtime
                    .send_timeout(&self.kernel_id, payload, timeout)
                    .await
            }
        };
        match sent {
            Ok(id) => {
                self.sent.done(id);
                Ok(())
            }
            Err(error @ Error::MessageTooLarge(_)) => Err(Fault::Line(error.to_string())),
            Err(Error::QueueFull(full)) => Err(Fault::End(Fed::Refused(format!(
                "line {number} of {} was not taken: the queue of {:?} is full ({} messages){}; \
                 raise --timeout or --queue-size, or choose another rule for a full queue",
                self.input.name,
                self.kernel_id,
                full.capacity,
                full.waited
                    .map(|waited| format!(" and stayed so for {waited:?}"))
                    .unwrap_or_default(),
            )))),
            Err(_) => Err(Fault::End(Fed::Untaken(number))),
        }
    }
}
