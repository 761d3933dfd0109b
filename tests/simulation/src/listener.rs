//! Hears what the kernels log, at the moment they log it.

use crate::clock;
use crate::history::{Arrival, Event, History, Kernel, Mark, Word};
use fastrand::Rng;
use ringhost::Priority;
use std::cell::RefCell;
use std::fmt;
use std::sync::Once;
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};

/// What hears the kernels that run on this thread.
pub struct Ear {
    /// Where it tells what it heard.
    pub history: History,
    /// How long writing a line takes the host, at most.
    pub longest_write: Duration,
    /// Decides how long it takes.
    pub chance: Rng,
}

thread_local! {
    static EAR: RefCell<Option<Ear>> = const { RefCell::new(None) };
}

/// Listens on this thread, or to nobody.
pub fn listen(ear: Option<Ear>) {
    static LISTENER: Once = Once::new();
    LISTENER.call_once(|| {
        // An error says that somebody else listens in this process; then every check fails.
        let _ = tracing::subscriber::set_global_default(Listener);
    });
    EAR.set(ear);
}

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "ringhost::kernel"
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        EAR.with_borrow_mut(|ear| {
            if let Some(ear) = ear {
                ear.hear(&line);
            }
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A kernel's line.
#[derive(Default)]
struct Line {
    kernel: String,
    text: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.text = format!("{value:?}"),
            "kernel" => self.kernel = format!("{value:?}"),
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "kernel" {
            value.clone_into(&mut self.kernel);
        }
    }
}

impl Ear {
    fn hear(&mut self, line: &Line) {
        let heard = number_of(&line.kernel).zip(word(&line.text));
        let (kernel, word) =
            heard.unwrap_or_else(|| panic!("{} said {:?}", line.kernel, line.text));
        self.history.tell(Event::Says { kernel, word });
        let nanoseconds = self.chance.u64(..=self.longest_write.as_nanos() as u64);
        clock::advance(Duration::from_nanos(nanoseconds));
    }
}

/// The number that a kernel's name ends with.
fn number_of(name: &str) -> Option<Kernel> {
    name.rsplit('-').next()?.parse().ok()
}

/// What a line says; see the kernel `simulated`.
fn word(text: &str) -> Option<Word> {
    let mut words = text.split(' ');
    Some(match words.next()? {
        "asks" => Word::Asks,
        "got" => Word::Got(Arrival {
            mark: mark(&mut words)?,
            id: words.next()?.parse().ok()?,
            correlation: words.next()?.parse().ok()?,
            band: band(words.next()?)?,
        }),
        "nothing" => Word::Nothing,
        "puts" => Word::Puts(mark(&mut words)?),
        "sent" => Word::Sent(words.next()?.parse().ok()?),
        "unsent" => Word::Unsent,
        "rests" => Word::Rests,
        "returns" => Word::Returns,
        "fails" => Word::Fails,
        "traps" => Word::Traps,
        // The host's own line: "it trapped..; it is started again".
        "it" => Word::Dies,
        _ => return None,
    })
}

fn mark<'text>(words: &mut impl Iterator<Item = &'text str>) -> Option<Mark> {
    let label = words.next()?.parse().ok()?;
    let serial = words.next()?.parse().ok()?;
    Some(Mark { label, serial })
}

fn band(name: &str) -> Option<Priority> {
    let same = |band: &Priority| format!("{band:?}") == name;
    Priority::ALL.into_iter().find(same)
}
