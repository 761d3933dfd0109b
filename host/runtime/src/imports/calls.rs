//! Calls: messages whose sender waits for the reply to this very message.

use crate::message::{Message, MessageId};
use lru::LruCache;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::oneshot;

/// Calls whose caller has gone, remembered so that a late reply is dropped and counted rather than
/// handed to somebody else. Past this many the oldest are forgotten, and their replies go to the
/// output queue like any message.
const ABANDONED: usize = 65_536;

/// What a caller gets.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The kernel's first answer.
    Message(Message),
    /// The call was dropped before the kernel received it.
    Dropped,
    /// The kernel died with it in hand.
    Died,
}

/// The calls to one kernel that are under way.
#[derive(Debug)]
pub(crate) struct Calls {
    /// Made with the first call: few kernels among very many are called.
    table: OnceLock<Box<Mutex<Table>>>,
    /// How many entries the table has, so that a kernel without callers pays one load a message.
    entries: AtomicUsize,
}

#[derive(Debug)]
struct Table {
    waiting: HashMap<MessageId, oneshot::Sender<Reply>>,
    abandoned: LruCache<MessageId, ()>,
    delivered: u64,
    unclaimed: u64,
}

/// One call under way. Dropping it abandons the call.
pub(crate) struct CallTicket<'calls> {
    calls: &'calls Calls,
    correlation: MessageId,
    receiver: oneshot::Receiver<Reply>,
}

impl Calls {
    pub(crate) fn new() -> Self {
        Self {
            table: OnceLock::new(),
            entries: AtomicUsize::new(0),
        }
    }

    fn table(&self) -> &Mutex<Table> {
        self.table.get_or_init(|| {
            Box::new(Mutex::new(Table {
                waiting: HashMap::new(),
                abandoned: LruCache::unbounded(),
                delivered: 0,
                unclaimed: 0,
            }))
        })
    }

    /// Begins a call. Its message must carry this correlation, which must be its own id.
    pub(crate) fn begin(&self, correlation: MessageId) -> CallTicket<'_> {
        let (sender, receiver) = oneshot::channel();
        let mut table = self.table().lock();
        table.waiting.insert(correlation, sender);
        self.count(&table);
        CallTicket {
            calls: self,
            correlation,
            receiver,
        }
    }

    /// Whether no caller waits, and no late reply is awaited.
    pub(crate) fn is_idle(&self) -> bool {
        self.entries.load(Ordering::Acquire) == 0
    }

    /// Hands a kernel's message to the caller it answers. Gives it back if it answers none.
    pub(crate) fn deliver(&self, message: Message) -> Option<Message> {
        if self.is_idle() {
            return Some(message);
        }
        let mut table = self.table().lock();
        let correlation = message.envelope.correlation;
        if let Some(caller) = table.waiting.remove(&correlation) {
            match caller.send(Reply::Message(message)) {
                Ok(()) => table.delivered += 1,
                Err(_) => table.unclaimed += 1,
            }
        } else if table.abandoned.pop(&correlation).is_some() {
            table.unclaimed += 1;
        } else {
            return Some(message);
        }
        self.count(&table);
        None
    }

    /// Tells the caller of a dropped message, if it was a call, that no reply will come.
    pub(crate) fn dropped(&self, correlation: MessageId) {
        self.give_up(correlation, Reply::Dropped);
    }

    /// Tells the caller of a message that the kernel died with, if it was a call, that no reply
    /// will come.
    pub(crate) fn died(&self, correlation: MessageId) {
        self.give_up(correlation, Reply::Died);
    }

    fn give_up(&self, correlation: MessageId, reply: Reply) {
        let Some(table) = self.table.get() else {
            return;
        };
        let mut table = table.lock();
        if let Some(caller) = table.waiting.remove(&correlation) {
            // An error means that the caller has gone, and nobody is left to tell.
            let _ = caller.send(reply);
        }
        table.abandoned.pop(&correlation);
        self.count(&table);
    }

    /// Ends all calls: the kernel has ended.
    pub(crate) fn end(&self) {
        let Some(table) = self.table.get() else {
            return;
        };
        let mut table = table.lock();
        table.waiting.clear();
        table.abandoned.clear();
        self.count(&table);
    }

    /// Replies that reached their callers, and replies whose callers had gone.
    pub(crate) fn counts(&self) -> (u64, u64) {
        self.table.get().map_or((0, 0), |table| {
            let table = table.lock();
            (table.delivered, table.unclaimed)
        })
    }

    fn count(&self, table: &Table) {
        self.entries.store(
            table.waiting.len() + table.abandoned.len(),
            Ordering::Release,
        );
    }
}

impl CallTicket<'_> {
    /// The reply; `None` if the kernel ended without one.
    pub(crate) async fn reply(&mut self) -> Option<Reply> {
        (&mut self.receiver).await.ok()
    }

    /// The call's message never reached the queue: forget it.
    pub(crate) fn withdraw(self) {
        let mut table = self.calls.table().lock();
        table.waiting.remove(&self.correlation);
        self.calls.count(&table);
    }
}

impl Drop for CallTicket<'_> {
    fn drop(&mut self) {
        let mut table = self.calls.table().lock();
        // It is gone from the table if it was answered, dropped or withdrawn.
        if table.waiting.remove(&self.correlation).is_some() {
            table.abandoned.put(self.correlation, ());
            if table.abandoned.len() > ABANDONED {
                table.abandoned.pop_lru();
            }
        }
        self.calls.count(&table);
    }
}
