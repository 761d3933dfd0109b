//! A history, sorted by what it tells about.

use crate::history::{Arrival, Calling, Event, Figures, Kernel, Mark, Record, Sending, Word};
use ringhost::{Ending, Priority, QueueCounts};
use std::collections::BTreeMap;

/// A message that somebody offered a kernel.
#[derive(Debug, Clone)]
pub struct Offer {
    /// To whom.
    pub kernel: Kernel,
    /// In which band.
    pub band: Priority,
    /// Whether for an answer.
    pub call: bool,
    /// What came of it, if that was told.
    pub sending: Option<Sending>,
    /// When that was told, or that somebody gave up.
    pub told: Option<usize>,
    /// What came of a call, and when.
    pub calling: Option<(Calling, usize)>,
}

/// A message that a kernel sent.
#[derive(Debug, Clone, Copy)]
pub struct Put {
    /// Which.
    pub mark: Mark,
    /// Whether it was taken, if that was told, and when.
    pub taken: Option<(bool, usize)>,
}

/// What a history tells about one kernel.
#[derive(Debug, Clone, Default)]
pub struct Life {
    /// What it received, and when.
    pub got: Vec<(Arrival, usize)>,
    /// When it began to ask for each of those.
    pub asked: Vec<usize>,
    /// What it sent.
    pub puts: Vec<Put>,
    /// What was received from it: by whom.
    pub received: Vec<(Arrival, u32)>,
    /// When somebody gave up a message to it, and what its input had counted by then.
    pub given_up: Vec<(usize, QueueCounts)>,
    /// What it said last.
    pub last_word: Option<Word>,
    /// Its last figures and its ending.
    pub over: Option<(Figures, Option<Ending>)>,
}

/// A history, sorted by what it tells about.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// By their labels.
    pub offers: BTreeMap<u32, Offer>,
    /// By their places.
    pub lives: Vec<Life>,
    /// How many messages a link passed on, and how many it took and could not pass on.
    pub link: Option<(u64, u64)>,
}

impl Ledger {
    /// Sorts a history of so many kernels.
    pub fn of(kernels: usize, records: &[Record]) -> Self {
        let mut ledger = Self {
            lives: vec![Life::default(); kernels],
            ..Self::default()
        };
        for (at, record) in records.iter().enumerate() {
            ledger.enter(at, &record.event);
        }
        ledger
    }

    /// The offer of this message, if it is one that was offered.
    pub fn offer(&self, mark: Mark) -> Option<&Offer> {
        self.offers.get(&mark.label).filter(|_| mark.serial == 0)
    }

    /// Offers to this kernel.
    pub fn offers_to(&self, kernel: Kernel) -> impl Iterator<Item = (&u32, &Offer)> {
        self.offers
            .iter()
            .filter(move |(_, offer)| offer.kernel == kernel)
    }

    fn enter(&mut self, at: usize, event: &Event) {
        match event {
            &Event::Offers {
                kernel,
                label,
                band,
                call,
            } => {
                let offer = Offer {
                    kernel,
                    band,
                    call,
                    sending: None,
                    told: None,
                    calling: None,
                };
                self.offers.insert(label, offer);
            }
            Event::Offered { label, sending, .. } => {
                if let Some(offer) = self.offers.get_mut(label) {
                    offer.sending = Some(sending.clone());
                    offer.told = Some(at);
                }
            }
            Event::GaveUp {
                kernel,
                labels,
                after,
            } => {
                for label in labels {
                    if let Some(offer) = self.offers.get_mut(label) {
                        offer.told = Some(at);
                    }
                }
                self.lives[*kernel].given_up.push((at, after.input));
            }
            Event::Called { label, calling } => {
                if let Some(offer) = self.offers.get_mut(label) {
                    offer.calling = Some((calling.clone(), at));
                }
            }
            Event::Received {
                kernel,
                receiver,
                receiving: crate::history::Receiving::Message(arrival),
            } => self.lives[*kernel].received.push((*arrival, *receiver)),
            Event::Says { kernel, word } => self.lives[*kernel].say(at, word),
            &Event::LinkEnded {
                forwarded,
                undelivered,
            } => self.link = Some((forwarded, undelivered)),
            Event::Over {
                kernel,
                figures,
                ending,
            } => self.lives[*kernel].over = Some((*figures, ending.clone())),
            _ => {}
        }
    }
}

impl Life {
    fn say(&mut self, at: usize, word: &Word) {
        match word {
            Word::Asks => self.asked.push(at),
            Word::Got(arrival) => self.got.push((*arrival, at)),
            &Word::Puts(mark) => self.puts.push(Put { mark, taken: None }),
            &Word::Sent(count) => self.settle(at, count),
            Word::Unsent => self.settle(at, 0),
            _ => {}
        }
        self.last_word = Some(word.clone());
    }

    /// So many of the messages whose fate is open were taken.
    fn settle(&mut self, at: usize, count: usize) {
        let open = self.puts.iter_mut().filter(|put| put.taken.is_none());
        for (number, put) in open.enumerate() {
            put.taken = Some((number < count, at));
        }
    }
}
