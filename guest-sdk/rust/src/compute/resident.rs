//! Functions that stay on a device.

use std::marker::PhantomData;
use std::time::Duration;

use super::Element;
use super::device::{Error, Result, Stats, bytes_of, elements_of, imports};
use crate::guest::nanoseconds;

/// A function that stays on its device and answers messages, in their order: [`Space::reside`] makes it. What
/// it keeps in other buffers than those of its messages stays from one to the next. It ends when it is dropped.
///
/// [`Space::reside`]: super::Space::reside
#[derive(Debug)]
pub struct Resident<I, O> {
    resident: imports::Resident,
    elements: PhantomData<(I, O)>,
}

impl<I: Element, O: Element> Resident<I, O> {
    pub(super) fn new(resident: imports::Resident) -> Self {
        Self {
            resident,
            elements: PhantomData,
        }
    }

    /// Sends a message and waits for its answer. No other is under way.
    ///
    /// # Errors
    /// If an item traps; if the message is longer than the input; if so many others are under way that there is
    /// no room; if the host asks the kernel to end.
    pub fn ask(&self, message: &[I]) -> Result<Vec<O>> {
        if !self.send(message)? {
            let words = "other messages are under way: receive their answers first";
            return Err(Error::Invalid(words.to_owned()));
        }
        self.receive(None)
    }

    /// Sends a message, which is as long as the input or shorter: the rest is zeros. False if there is no room:
    /// an answer is to be received first.
    ///
    /// # Errors
    /// If it is longer; if the resident was stopped, or its device is lost.
    pub fn send(&self, message: &[I]) -> Result<bool> {
        self.resident.send(bytes_of(message))
    }

    /// Receives the next answer, with a timeout as long as that says.
    ///
    /// # Errors
    /// If an item of its message trapped; if no message is under way; if it takes longer; if the host asks
    /// the kernel to end.
    pub fn receive(&self, timeout: Option<Duration>) -> Result<Vec<O>> {
        let answer = self.resident.receive(timeout.map(nanoseconds))?;
        Ok(elements_of(&answer))
    }

    /// Has it begin with no more messages. What is submitted does not wait for those that are under way.
    pub fn pause(&self) {
        self.resident.pause();
    }

    /// Has it go on, behind what has been submitted by now.
    ///
    /// # Errors
    /// If too much waits in the space.
    pub fn resume(&self) -> Result<()> {
        self.resident.resume()
    }

    /// Ends it where it is. What is under way is answered with [`Error::Cancelled`](super::Error::Cancelled).
    pub fn stop(&self) {
        self.resident.stop();
    }

    /// What it has taken by now.
    pub fn stats(&self) -> Stats {
        self.resident.stats()
    }
}
