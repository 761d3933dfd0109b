//! The very messages that a kernel has in hand: received, and not done with. They are held where it
//! matters what becomes of them if the kernel dies.

use crate::message::{Message, MessageId};
use std::collections::VecDeque;

/// What one instance of a kernel has in hand, in the order in which it was received.
#[derive(Debug, Default)]
pub(crate) struct Held {
    messages: VecDeque<Message>,
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The kernel came back for more: it is done with what it had.
    pub(super) fn done(&mut self) {
        self.messages.clear();
    }

    pub(super) fn received(&mut self, message: &Message) {
        self.messages.push_back(message.clone());
    }

    /// The kernel answered: it is done with the first message of this exchange.
    pub(super) fn answered(&mut self, correlation: MessageId) {
        let answered = |message: &Message| message.envelope.correlation == correlation;
        if let Some(at) = self.messages.iter().position(answered) {
            self.messages.remove(at);
        }
    }

    /// Takes what it holds.
    pub(crate) fn take(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages).into()
    }
}
