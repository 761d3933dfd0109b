//! Messages through one kernel or several in a row: launched, fed, drained, ended, reported.

pub mod death;
mod drain;
mod feed;
mod format;
mod lines;
mod losses;
mod report;
mod sent;
mod types;

use crate::console::{Console, visible};
use crate::exit::{Exit, Wrong};
use crate::interrupt::Interrupt;
use crate::setup::Setup;
use crate::{log, stats};
use anyhow::{Context, Result};
use drain::Drain;
pub use drain::hand_on;
pub use feed::{Feeder, Input};
pub use format::Format;
use report::Report;
use ringhost::{Error, LaunchOptions, Level, LoadError, RingKernelRuntime};
pub use sent::Sent;
use std::fs::File;
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// A kernel of the row.
pub struct Stage {
    /// Its id.
    pub id: String,
    /// Its component.
    pub kernel: PathBuf,
    /// What is to be said of its manifest, if it has one.
    pub manifest: Option<String>,
    /// How it is launched.
    pub options: LaunchOptions,
}

/// A row of kernels and what goes through it.
pub struct Flow {
    pub stages: Vec<Stage>,
    pub input: Input,
    pub setup: Setup,
}

impl Flow {
    /// Sends the input through the kernels and prints what comes out.
    ///
    /// # Errors
    /// What kept it from beginning, and what went wrong with standard output. What went wrong
    /// with the input and the kernels is told here already.
    pub fn run(self) -> Result<Exit> {
        let console = Console::new();
        log::start(self.setup.reports.log, &console);
        if self.setup.reports.log.shows(Level::Warn) {
            self.note_manifests(&console);
        }
        let executor = tokio::runtime::Runtime::new().context("cannot start the executor")?;
        let outcome = executor.block_on(self.pass(console));
        // The thread of the input may still be using it; the process ends soon.
        std::mem::forget(executor);
        outcome
    }

    /// Says which files decided what the kernels may use: they may lie there unnoticed.
    fn note_manifests(&self, console: &Console) {
        for stage in &self.stages {
            let Some(note) = &stage.manifest else {
                continue;
            };
            let of = if self.stages.len() == 1 {
                String::new()
            } else {
                format!(" of stage {:?}", stage.id)
            };
            console.say(&visible(&format!("manifest{of}: {note}")));
        }
    }

    async fn pass(self, console: Console) -> Result<Exit> {
        let mut interrupt = Interrupt::listen()?;
        let runtime = self.setup.runtime()?;
        let (input, output) = tokio::select! {
            formats = self.launch(&runtime) => formats?,
            () = interrupt.raised() => return Ok(Exit::Interrupted),
        };
        let ids: Vec<_> = self.stages.iter().map(|stage| stage.id.clone()).collect();
        let first = self.stages.first();
        let message_limit = first.map_or(0, |stage| stage.options.limits.message_bytes);
        let progress = console.progress(self.input.bytes);
        let (sent, input_name) = (Sent::default(), self.input.name.clone());
        let feeder = Feeder {
            runtime: runtime.clone(),
            kernel_id: ids.first().cloned().unwrap_or_default(),
            input: self.input,
            format: watch::channel(input).1,
            message_limit,
            skip_invalid: self.setup.messages.skip_invalid,
            closes: true,
            sent: sent.clone(),
            timeout: self.setup.messages.timeout,
            progress: progress.clone(),
            console: console.clone(),
        };
        let drain = Drain {
            runtime: &runtime,
            last: ids.last().cloned().unwrap_or_default(),
            format: output,
            grace: self.setup.messages.grace,
            terminate_timeout: self.setup.messages.terminate_timeout,
            fed: feeder.start()?,
            interrupt,
        };
        let drained = drain.run().await?;
        progress.finish_and_clear();
        let exit = Report {
            runtime: &runtime,
            console: &console,
            ids: &ids,
            input: &input_name,
            sent: &sent,
            log: self.setup.reports.log,
            json: self.setup.reports.stats == Some(stats::Form::Json),
            grace: self.setup.messages.grace,
            terminate_timeout: self.setup.messages.terminate_timeout,
        }
        .tell(&drained)?;
        if let Some(form) = self.setup.reports.stats {
            stats::tell(&runtime, &ids, form)?;
        }
        Ok(exit)
    }

    /// Launches, connects and activates all kernels. Returns how messages to the first and from
    /// the last are written.
    async fn launch(&self, runtime: &RingKernelRuntime) -> Result<(Format, Format)> {
        let mut declared = Vec::new();
        for stage in &self.stages {
            declared.push(self.launch_stage(runtime, stage).await?);
        }
        types::check(&self.stages, &declared)?;
        for (from, to) in self.stages.iter().zip(self.stages.iter().skip(1)) {
            runtime.connect(&from.id, &to.id)?;
        }
        for stage in &self.stages {
            runtime.activate(&stage.id).await?;
        }
        let raw = self.setup.messages.raw;
        let input = declared.first().and_then(|messages| messages.input.clone());
        let output = declared.last().and_then(|messages| messages.output.clone());
        Ok((Format::of(input, raw), Format::of(output, raw)))
    }

    async fn launch_stage(
        &self,
        runtime: &RingKernelRuntime,
        stage: &Stage,
    ) -> Result<ringhost::message::schema::Messages> {
        let launched = async {
            let source = stage.kernel.as_path();
            let options = &stage.options;
            let launched = runtime.launch_with(&stage.id, source, options.clone());
            launched.await?;
            Ok(runtime.inspect_with(source, options).await?.messages)
        };
        let launched = launched
            .await
            .map_err(|error| with_path(error, &stage.kernel));
        if self.stages.len() == 1 {
            return launched;
        }
        launched.with_context(|| format!("stage {:?}", stage.id))
    }
}

/// Adds the path of a component to an error that does not name it.
pub fn with_path(error: Error, path: &Path) -> anyhow::Error {
    match error {
        Error::Load(LoadError::Unreadable { .. } | LoadError::NotAFile { .. }) => error.into(),
        Error::Load(LoadError::CompilationLimit(_)) => {
            let options = "see --compile-memory, --compile-time, --trust-compilation and [compiler] of its manifest";
            anyhow::Error::new(error).context(format!("{} ({options})", path.display()))
        }
        Error::Load(LoadError::Ungranted(_)) => {
            let options =
                "see --clocks, --random, --env, --folder, --connect, --compute and --empty-world";
            anyhow::Error::new(error).context(format!("{} ({options})", path.display()))
        }
        Error::Load(_) => anyhow::Error::new(error).context(path.display().to_string()),
        _ => error.into(),
    }
}

impl Input {
    /// The file at `path`, or standard input where there is none or it is `-`.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
            return Ok(Self {
                name: "standard input".to_owned(),
                reader: Box::new(std::io::stdin()),
                bytes: None,
            });
        };
        let name = visible(&path.display().to_string());
        let unreadable = |error| Wrong(format!("cannot read the input {name}: {error}"));
        let file = File::open(path).map_err(unreadable)?;
        let kind = file.metadata().map_err(unreadable)?;
        if kind.is_dir() {
            return Err(Wrong(format!("the input {name} is a folder; name a file")).into());
        }
        Ok(Self {
            bytes: kind.is_file().then_some(kind.len()),
            reader: Box::new(file),
            name,
        })
    }
}
