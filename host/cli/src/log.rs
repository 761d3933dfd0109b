//! What kernels and the host log, on standard error: `counter: WARN a text`.

use crate::console::{Console, visible};
use clap::ValueEnum;
use std::fmt::{self, Write};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::writer::MakeWriterExt;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// How much must a line matter to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Level {
    /// Whether a line is shown that matters so much.
    pub fn shows(self, line: ringhost::Level) -> bool {
        let line = match line {
            ringhost::Level::Error => LevelFilter::ERROR,
            ringhost::Level::Warn => LevelFilter::WARN,
            ringhost::Level::Info => LevelFilter::INFO,
            ringhost::Level::Debug => LevelFilter::DEBUG,
            ringhost::Level::Trace => LevelFilter::TRACE,
        };
        line <= self.filter()
    }

    fn filter(self) -> LevelFilter {
        match self {
            Self::Off => LevelFilter::OFF,
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }
}

/// Shows what is logged from here on.
pub fn start(level: Level, console: &Console) {
    let console = console.clone();
    tracing_subscriber::fmt()
        .with_max_level(level.filter())
        .event_format(Short)
        // What the engine has to say below a warning is for those who build it.
        .with_writer((move || console.clone()).with_filter(|about| {
            about.target().starts_with("ringhost") || *about.level() <= tracing::Level::WARN
        }))
        .init();
}

struct Short;

impl<S, N> FormatEvent<S, N> for Short
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = Line::default();
        event.record(&mut line);
        let source = line.kernel.as_deref().unwrap_or("ringhost");
        let Line { text, rest, .. } = &line;
        let level = event.metadata().level();
        writeln!(
            writer,
            "{}",
            visible(&format!("{source}: {level} {text}{rest}"))
        )
    }
}

/// The parts of a line, as they come.
#[derive(Default)]
struct Line {
    kernel: Option<String>,
    text: String,
    rest: String,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "kernel" => self.kernel = Some(value.to_owned()),
            _ => self.record_debug(field, &format_args!("{value}")),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.text, "{value:?}"),
            name => write!(self.rest, " {name}={value:?}"),
        };
    }
}
