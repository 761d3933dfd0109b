//! A kernel that is being written: built, run, and replaced when its source changes.

use super::watch::{LOOK, Watch};
use crate::console::{Console, visible};
use crate::exit::Exit;
use crate::flow::{Feeder, Format, Input, Sent, death, hand_on, with_path};
use crate::interrupt::Interrupt;
use crate::setup::Setup;
use crate::{log, stats};
use anyhow::{Context, Result};
use ringhost::{
    Error, LaunchOptions, ReplaceError, Replacement, Restart, RestartWhen, RingKernelRuntime,
};
use ringhost_build::Project;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long a kernel may take for the message that it has in hand when it is replaced.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is run, and how.
pub struct Session {
    pub project: Project,
    pub input: Input,
    pub options: LaunchOptions,
    pub setup: Setup,
}

/// How messages are read and printed at present.
struct Formats {
    input: watch::Sender<Format>,
    output: watch::Sender<Format>,
}

impl Session {
    /// Runs the component, if its source could be built, and those that come after it. `watch` is from
    /// before it was built.
    ///
    /// # Errors
    /// What kept it from beginning, and what went wrong with standard output.
    pub fn run(self, built: Result<PathBuf>, watch: Watch) -> Result<Exit> {
        let console = Console::new();
        log::start(self.setup.reports.log, &console);
        let executor = tokio::runtime::Runtime::new().context("cannot start the executor")?;
        let outcome = executor.block_on(self.pass(built, watch, &console));
        // The thread of the input may still be using it; the process ends soon.
        std::mem::forget(executor);
        outcome
    }

    async fn pass(
        mut self,
        built: Result<PathBuf>,
        mut watch: Watch,
        console: &Console,
    ) -> Result<Exit> {
        let mut interrupt = Interrupt::listen()?;
        let runtime = self.setup.runtime()?;
        let begun = tokio::select! {
            formats = self.begin(&runtime, built, &mut watch, console) => formats?,
            () = interrupt.raised() => return Ok(Exit::Interrupted),
        };
        let sent = Sent::default();
        self.feed(&runtime, &begun, &sent, console)?;
        let exit = tokio::select! {
            exit = drain(&runtime, &self.project.name, begun.output.subscribe(), console) => exit?,
            () = self.follow(&runtime, &mut watch, &begun, console) => Exit::Done,
            () = self.tell_deaths(&runtime, &sent, console) => Exit::Done,
            () = interrupt.raised() => Exit::Interrupted,
        };
        runtime
            .terminate_all_timeout(self.setup.messages.terminate_timeout)
            .await;
        if let Some(form) = self.setup.reports.stats {
            stats::tell(&runtime, std::slice::from_ref(&self.project.name), form)?;
        }
        Ok(exit)
    }

    /// Launches the kernel as soon as its source can be built and its component loaded.
    async fn begin(
        &self,
        runtime: &RingKernelRuntime,
        mut built: Result<PathBuf>,
        watch: &mut Watch,
        console: &Console,
    ) -> Result<Formats> {
        loop {
            let launched = match built {
                Ok(component) => self.launch(runtime, &component).await,
                Err(error) => Err(error),
            };
            match launched {
                Ok(formats) => {
                    let name = &self.project.name;
                    console.say(&format!(
                        "{name} runs; it is built anew when its source is saved"
                    ));
                    return Ok(formats);
                }
                Err(error) => tell(console, &error),
            }
            console.say("waiting for a change");
            changed(watch).await;
            built = self.build().await;
        }
    }

    async fn launch(&self, runtime: &RingKernelRuntime, component: &Path) -> Result<Formats> {
        let name = &self.project.name;
        // What fails is told of, and goes on with the next message.
        let restart = Restart {
            when: RestartWhen::Always,
            budget: u32::MAX,
            longest_backoff: Duration::from_secs(1),
            ..self.options.restart.clone()
        };
        let options = self.options.clone().restart(restart);
        let with_path = |error| with_path(error, component);
        let inspection = runtime.inspect_with(component, &options).await;
        let messages = inspection.map_err(with_path)?.messages;
        let launched = runtime.launch_with(name, component, options).await;
        launched.map_err(with_path)?;
        runtime.activate(name).await?;
        let raw = self.setup.messages.raw;
        Ok(Formats {
            input: watch::Sender::new(Format::of(messages.input, raw)),
            output: watch::Sender::new(Format::of(messages.output, raw)),
        })
    }

    fn feed(
        &mut self,
        runtime: &RingKernelRuntime,
        formats: &Formats,
        sent: &Sent,
        console: &Console,
    ) -> Result<()> {
        let nothing = Input {
            name: String::new(),
            reader: Box::new(std::io::empty()),
            bytes: None,
        };
        let feeder = Feeder {
            runtime: runtime.clone(),
            kernel_id: self.project.name.clone(),
            input: std::mem::replace(&mut self.input, nothing),
            format: formats.input.subscribe(),
            message_limit: self.options.limits.message_bytes,
            skip_invalid: true,
            closes: false,
            sent: sent.clone(),
            timeout: self.setup.messages.timeout,
            progress: console.progress(None),
            console: console.clone(),
        };
        feeder.start().map(drop)
    }

    /// Builds what has changed, for ever.
    async fn follow(
        &self,
        runtime: &RingKernelRuntime,
        watch: &mut Watch,
        formats: &Formats,
        console: &Console,
    ) {
        loop {
            changed(watch).await;
            let begun = Instant::now();
            let replaced = match self.build().await {
                Ok(component) => self.replace(runtime, &component, formats, console).await,
                Err(error) => Err(error),
            };
            let name = &self.project.name;
            match replaced {
                Ok(()) => {
                    let took = begun.elapsed().as_secs_f32();
                    console.say(&format!("{name} is replaced, after {took:.1} s"));
                }
                Err(error) => {
                    tell(console, &error);
                    console.say(&format!("{name} goes on as it was"));
                }
            }
        }
    }

    async fn replace(
        &self,
        runtime: &RingKernelRuntime,
        component: &Path,
        formats: &Formats,
        console: &Console,
    ) -> Result<()> {
        let name = &self.project.name;
        let with_path = |error| with_path(error, component);
        let inspection = runtime.inspect_with(component, &self.options).await;
        let messages = inspection.map_err(with_path)?.messages;
        let replacement = Replacement::default().timeout(PATIENCE);
        let replaced = match runtime.replace_with(name, component, replacement).await {
            Err(error) if loses_state(&error) => {
                console.warn(&format!("it begins anew: {error}"));
                let anew = replacement.without_state();
                runtime.replace_with(name, component, anew).await
            }
            replaced => replaced,
        };
        replaced.map_err(with_path)?;
        let raw = self.setup.messages.raw;
        formats.input.send_replace(Format::of(messages.input, raw));
        formats
            .output
            .send_replace(Format::of(messages.output, raw));
        Ok(())
    }

    /// Tells of each time that the kernel failed.
    async fn tell_deaths(&self, runtime: &RingKernelRuntime, sent: &Sent, console: &Console) {
        let name = &self.project.name;
        let mut told = 0;
        loop {
            tokio::time::sleep(LOOK).await;
            let restarts = runtime.status(name).map_or(told, |status| status.restarts);
            if restarts == told {
                continue;
            }
            told = restarts;
            let Ok(Some(report)) = runtime.death_report(name) else {
                continue;
            };
            let line = report.last_message.and_then(|id| sent.line_of(id));
            let line = line.map(|line| format!("line {line} of the input"));
            let text = death::text(report, self.setup.reports.log, line.as_deref());
            console.say(&format!("error: {}", visible(&text)));
        }
    }

    async fn build(&self) -> Result<PathBuf> {
        let project = self.project.clone();
        tokio::task::spawn_blocking(move || ringhost_build::build(&project))
            .await
            .context("the build broke off")?
    }
}

/// Whether only the state is what keeps the kernel from being replaced.
fn loses_state(error: &Error) -> bool {
    use ReplaceError::{NoState, Stateless};
    let restores = matches!(error, Error::Load(ringhost::LoadError::Restore { .. }));
    restores
        || matches!(
            error,
            Error::Replace(NoState { .. } | Stateless { .. }) | Error::Snapshot(_)
        )
}

/// Waits for a change that is over.
async fn changed(watch: &mut Watch) {
    loop {
        tokio::time::sleep(LOOK).await;
        if watch.look() {
            return;
        }
    }
}

/// Prints what the kernel sends, until nobody reads that or the kernel has ended.
async fn drain(
    runtime: &RingKernelRuntime,
    name: &str,
    format: watch::Receiver<Format>,
    console: &Console,
) -> Result<Exit> {
    loop {
        let message = match runtime.receive(name).await {
            Ok(message) => message,
            Err(error) => {
                tell(console, &error.into());
                return Ok(Exit::Failed);
            }
        };
        let mut line = Vec::new();
        if let Err(fault) = format.borrow().write(&message.payload, &mut line) {
            let fault = format!("a message is not of the type that the kernel declares: {fault}");
            console.warn(&fault);
            continue;
        }
        if !hand_on(&mut line, &mut true)? {
            return Ok(Exit::Done);
        }
    }
}

fn tell(console: &Console, error: &anyhow::Error) {
    console.say(&format!(
        "error: {}",
        visible(&crate::exit::sentence(error))
    ));
}
