//! Many who wait for a message, in a process of their own: the program `bench` started once more.

use crate::executor::Executor;
use crate::flavour::Flavour;
use crate::ours::Ours;
use crate::peers::{Echo, Native};
use crate::process::Process;
use anyhow::{Context, Result};
use clap::ValueEnum;
use ringhost::{LaunchOptions, Source, Tier};
use std::io::{BufRead, Write};
use std::process::Command;

/// Who is parked.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Parked {
    /// Kernels of the guest SDK's.
    Kernels,
    /// Kernels that are a few instructions.
    SmallKernels,
    /// Kernels of the guest SDK's, in the dense tier.
    DenseKernels,
    /// Kernels that are a few instructions, in the dense tier.
    DenseSmallKernels,
    /// Handlers of the guest SDK's, in the dense tier.
    DenseHandlers,
    /// Handlers that are a few instructions, in the dense tier.
    DenseSmallHandlers,
    /// Tokio tasks between two channels.
    Tasks,
}

/// Parks as many as it is told to by lines such as `parked 1000`, until there are no more: answers
/// `parked` to each, or why it could not.
///
/// # Errors
/// If the executor or the first kernel cannot be started.
pub fn park(who: Parked) -> Result<()> {
    let executor = Executor::new(Flavour::TwoWorkers)?;
    let mut parked = Lot::open(who, &executor)?;
    for order in std::io::stdin().lock().lines() {
        let order = order?;
        let count = order.strip_prefix("parked ").context("it is no order")?;
        let count = count.parse()?;
        let answer = match parked.add(&executor, count) {
            Ok(()) => "parked".to_owned(),
            Err(error) => format!("{error:#}").replace('\n', " "),
        };
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Starts this program once more to do so.
pub(crate) fn start(who: Parked) -> Result<Process> {
    let who = who.to_possible_value().context("it has a name")?;
    Process::start(
        Command::new(std::env::current_exe()?)
            .arg("--park")
            .arg(who.get_name()),
    )
}

/// The component of a kernel that was built.
fn built(name: &str) -> Result<Vec<u8>> {
    Ok(std::fs::read(ringhost_tests::kernel_path(name))?)
}

/// Those who are parked.
enum Lot {
    Kernels(Ours, Source, Box<LaunchOptions>, usize),
    Tasks(Vec<Native<Vec<u8>>>),
}

impl Lot {
    fn open(who: Parked, executor: &Executor) -> Result<Self> {
        let component = Source::bytes(match who {
            Parked::Kernels | Parked::DenseKernels => built("echo")?,
            Parked::DenseHandlers => built("handler-echo")?,
            Parked::SmallKernels | Parked::DenseSmallKernels => ringhost_tests::echo_kernel(),
            Parked::DenseSmallHandlers => ringhost_tests::echo_handler(),
            Parked::Tasks => return Ok(Self::Tasks(Vec::new())),
        });
        let options = LaunchOptions::default().tier(match who {
            Parked::DenseKernels
            | Parked::DenseSmallKernels
            | Parked::DenseHandlers
            | Parked::DenseSmallHandlers => Tier::Dense,
            Parked::Kernels | Parked::SmallKernels | Parked::Tasks => Tier::Fast,
        });
        let handle = executor.handle().clone();
        let (each, with) = (component.clone(), options.clone());
        let first = executor.run(async move { Ours::start_with(&handle, each, with).await })?;
        Ok(Self::Kernels(first, component, Box::new(options), 0))
    }

    /// Starts so many more; each sends a message back before the next is started.
    fn add(&mut self, executor: &Executor, count: usize) -> Result<()> {
        match self {
            Self::Kernels(first, component, options, so_far) => {
                let (first, component, from) = (first.clone(), component.clone(), *so_far);
                let options = (**options).clone();
                *so_far += count;
                executor.run(async move {
                    for number in from..from + count {
                        let name = format!("parked {number}");
                        let kernel = first.another_with(&name, component.clone(), options.clone());
                        let kernel = kernel.await.with_context(|| format!("kernel {number}"))?;
                        kernel.round_trip(number as u64, 16).await?;
                    }
                    Ok(())
                })
            }
            Self::Tasks(tasks) => {
                let handle = executor.handle().clone();
                let more = executor.run(async move {
                    let mut more = Vec::new();
                    for number in 0..count {
                        let mut task = Native::start(&handle);
                        task.round_trip(number as u64, 16).await?;
                        more.push(task);
                    }
                    Ok(more)
                })?;
                tasks.extend(more);
                Ok(())
            }
        }
    }
}
