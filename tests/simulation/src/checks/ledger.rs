//! A history, sorted by what it tells about.

use crate::history::{
    Arrival, Calling, DeadLetters, Event, Figures, Kernel, Mark, Record, Sending, Word,
};
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
    /// The instance that sent it has died since.
    orphan: bool,
}

impl Put {
    /// Whether it was told that this was not taken.
    pub fn is_refused(&self) -> bool {
        self.taken.is_some_and(|(taken, _)| !taken)
    }
}

/// What an instance that died had in hand.
#[derive(Debug, Clone)]
pub struct Loss {
    /// When it died.
    pub at: usize,
    /// Whether it returned.
    pub returned: bool,
    /// What it had received last and not answered.
    pub in_hand: Vec<Mark>,
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
    /// The instances that died and were to be followed.
    pub losses: Vec<Loss>,
    /// What it received last and has not answered.
    in_hand: Vec<Mark>,
    /// Whether its last instance died and has not been followed yet.
    pub down: bool,
    /// Its last figures and its ending.
    pub over: Option<(Figures, Option<Ending>)>,
    /// Its dead letters.
    pub dead_letters: Option<DeadLetters>,
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
                dead_letters,
            } => {
                let life = &mut self.lives[*kernel];
                life.over = Some((*figures, ending.clone()));
                life.dead_letters = Some(dead_letters.clone());
            }
            _ => {}
        }
    }
}

impl Life {
    /// The place among what it sent of what was taken, or may have been, under this mark.
    pub fn place_of(&self, mark: Mark) -> Option<usize> {
        self.puts
            .iter()
            .position(|put| put.mark == mark && !put.is_refused())
    }

    /// How many messages it may have been handed without a word: it was stopped before it said so.
    pub fn unsaid(&self) -> u64 {
        let said = self.got.len() as u64;
        self.over.as_ref().map_or(u64::MAX, |(figures, _)| {
            (figures.input.received + figures.input.returned).saturating_sub(said)
        })
    }

    fn say(&mut self, at: usize, word: &Word) {
        self.down = false;
        match word {
            Word::Asks => {
                self.asked.push(at);
                self.in_hand.clear();
            }
            Word::Got(arrival) => {
                self.got.push((*arrival, at));
                self.in_hand.push(arrival.mark);
            }
            &Word::Puts(mark) => self.puts.push(Put {
                mark,
                taken: None,
                orphan: false,
            }),
            &Word::Sent(count) => self.settle(at, count),
            Word::Unsent => self.settle(at, 0),
            Word::Dies => return self.die(at),
            _ => {}
        }
        self.last_word = Some(word.clone());
    }

    /// So many of the messages whose fate is open were taken.
    fn settle(&mut self, at: usize, count: usize) {
        let open = |put: &&mut Put| put.taken.is_none() && !put.orphan;
        for (number, put) in self.puts.iter_mut().filter(open).enumerate() {
            let taken = number < count;
            put.taken = Some((taken, at));
            let answered = |mark: &Mark| mark.label == put.mark.label;
            if taken && let Some(place) = self.in_hand.iter().position(answered) {
                self.in_hand.remove(place);
            }
        }
    }

    fn die(&mut self, at: usize) {
        self.down = true;
        for put in &mut self.puts {
            put.orphan = true;
        }
        let in_hand = std::mem::take(&mut self.in_hand);
        let returned = self.last_word == Some(Word::Returns);
        self.losses.push(Loss {
            at,
            returned,
            in_hand,
        });
    }
}
