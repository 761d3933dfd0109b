//! What kernels may use: their manifests, and the options that win over them.

use crate::exit::Wrong;
use crate::parse;
use clap::{Args, ValueEnum};
use ringhost::{Grant, LaunchOptions, Tier};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The manifest of a command that takes one kernel.
#[derive(Debug, Args)]
pub struct ManifestFile {
    /// The kernel's manifest [default: KERNEL.toml beside KERNEL.wasm, if there is one]
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "no_manifest",
        help_heading = "Limits",
        // Before the limits themselves.
        display_order = 0
    )]
    pub manifest: Option<PathBuf>,
}

/// What kernels may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// Pass over the manifest beside a component
    #[arg(long)]
    pub no_manifest: bool,

    /// How kernels are run: close to the processor, or in great number
    /// [default: the manifest's, else fast]
    #[arg(long, value_name = "TIER", value_enum)]
    tier: Option<TierName>,

    /// How many messages each of a kernel's two queues holds
    /// [default: the manifest's, else 1000]
    #[arg(long, value_name = "MESSAGES", value_parser = parse::queue_size, allow_hyphen_values = true)]
    queue_size: Option<usize>,

    /// The most memory that a kernel may have, in bytes or with a unit
    /// [default: the manifest's, else 256MiB]
    #[arg(long, value_name = "BYTES", value_parser = parse::bytes, allow_hyphen_values = true)]
    memory_limit: Option<u64>,

    /// The largest message to and from a kernel, in bytes or with a unit
    /// [default: the manifest's, else 1MiB]
    #[arg(long, value_name = "BYTES", value_parser = parse::message_bytes, allow_hyphen_values = true)]
    message_limit: Option<usize>,

    /// All the fuel that a kernel ever gets, about one unit an instruction
    /// [default: the manifest's, else without bound]
    #[arg(long, value_name = "UNITS", value_parser = parse::fuel, allow_hyphen_values = true)]
    fuel_limit: Option<u64>,

    /// How much of a core a kernel may use over time, such as 0.25; over it, the kernel waits
    /// [default: the manifest's, else without bound]
    #[arg(long, value_name = "CORES", value_parser = parse::cores, allow_hyphen_values = true)]
    cpu_share: Option<f64>,

    /// How long a kernel may take for a message that it has received, in seconds on the clock
    /// [default: the manifest's, else 300]
    #[arg(long, value_name = "SECONDS", value_parser = parse::seconds, allow_hyphen_values = true)]
    message_time: Option<Duration>,
}

/// `ringhost::Tier` on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum TierName {
    /// Close to the processor: some thousand kernels in a process
    Fast,
    /// In great number: a million kernels in a process, which compute up to 1.75 times as long
    Dense,
}

impl From<TierName> for Tier {
    fn from(name: TierName) -> Self {
        match name {
            TierName::Fast => Self::Fast,
            TierName::Dense => Self::Dense,
        }
    }
}

/// The manifest of one kernel.
pub struct Manifest {
    /// Where it was read from; `None` for the defaults.
    pub path: Option<PathBuf>,
    /// Whether it was named, and does not merely lie there.
    pub named: bool,
    /// What it says.
    pub options: LaunchOptions,
}

impl Manifest {
    /// What is said of the file, where there is one: it may lie there unnoticed.
    pub fn note(&self) -> Option<String> {
        const REACH: [Grant; 5] = [
            Grant::Clocks,
            Grant::Random,
            Grant::Environment,
            Grant::Folders,
            Grant::Network,
        ];
        let path = self.path.as_ref()?.display();
        let grants = &self.options.grants;
        let granted: Vec<_> = REACH
            .into_iter()
            .filter(|&grant| grants.has(grant))
            .map(|grant| grant.to_string())
            .collect();
        Some(if granted.is_empty() {
            path.to_string()
        } else {
            format!("{path}, which grants {}", granted.join(", "))
        })
    }
}

impl LimitOptions {
    /// Reads a component's manifest: the named one, else the one beside the component, else the
    /// defaults.
    ///
    /// # Errors
    /// If there is one that cannot be read or used.
    pub fn manifest(&self, component: &Path, named: Option<PathBuf>) -> Result<Manifest, Wrong> {
        let is_named = named.is_some();
        let (path, hint) = match named {
            Some(path) => (Some(path), ""),
            None if self.no_manifest => (None, ""),
            None => (
                LaunchOptions::file_beside(component),
                "; --no-manifest passes over it",
            ),
        };
        let options = match &path {
            None => LaunchOptions::default(),
            Some(path) => {
                LaunchOptions::from_file(path).map_err(|error| Wrong(format!("{error}{hint}")))?
            }
        };
        Ok(Manifest {
            path,
            named: is_named,
            options,
        })
    }

    /// Launch options with those that were given here in place of their own.
    pub fn over(&self, mut options: LaunchOptions) -> LaunchOptions {
        let limits = &mut options.limits;
        set(&mut limits.memory_bytes, self.memory_limit);
        set(&mut limits.message_bytes, self.message_limit);
        set(&mut limits.message_time, self.message_time);
        limits.fuel_total = self.fuel_limit.or(limits.fuel_total);
        limits.cpu_share = self.cpu_share.or(limits.cpu_share);
        options.queue_size = self.queue_size.or(options.queue_size);
        set(&mut options.tier, self.tier.map(Tier::from));
        options
    }
}

/// Puts a value that was given in place of another.
pub fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use ringhost::{Limits, RingKernelRuntime};

    #[derive(Parser)]
    struct Options {
        #[command(flatten)]
        limits: LimitOptions,
    }

    fn options(arguments: &[&str]) -> LaunchOptions {
        let arguments = std::iter::once(&"ringhost").chain(arguments);
        let options = Options::try_parse_from(arguments).unwrap();
        options.limits.over(LaunchOptions {
            queue_size: Some(3),
            limits: Limits {
                memory_bytes: 1,
                message_bytes: 2,
                fuel_total: Some(4),
                cpu_share: Some(5.0),
                weight: 6,
                ..Limits::default()
            },
            ..LaunchOptions::default()
        })
    }

    #[test]
    fn what_is_given_wins_and_the_rest_stays() {
        let kept = options(&[]);
        assert_eq!(
            (kept.queue_size, kept.limits.cpu_share),
            (Some(3), Some(5.0))
        );
        let given = options(&["--queue-size=30", "--memory-limit=10", "--fuel-limit=40"]);
        let limits = &given.limits;
        assert_eq!(given.queue_size, Some(30));
        assert_eq!((limits.memory_bytes, limits.fuel_total), (10, Some(40)));
        assert_eq!((limits.message_bytes, limits.cpu_share), (2, Some(5.0)));
        let given = options(&[
            "--message-limit=20",
            "--cpu-share=0.5",
            "--message-time=0.25",
        ]);
        let limits = &given.limits;
        assert_eq!(limits.message_time, Duration::from_millis(250));
        assert_eq!((limits.message_bytes, limits.cpu_share), (20, Some(0.5)));
        assert_eq!((limits.memory_bytes, limits.weight), (1, 6));
    }

    #[tokio::test]
    async fn the_help_tells_the_defaults_as_they_are() {
        let help = <Options as clap::CommandFactory>::command()
            .render_help()
            .to_string();
        // Lines are as wide as the terminal.
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let told = |option: &str| {
            let (_, rest) = help.split_once(option).unwrap();
            let (_, rest) = rest.split_once("the manifest's, else").unwrap();
            rest.split_once(']').unwrap().0.trim().to_owned()
        };
        let limits = Limits::default();
        let runtime = RingKernelRuntime::builder().build().unwrap();
        let queue_size = runtime.summary().default_queue_size.to_string();
        assert_eq!(told("--queue-size"), queue_size);
        assert_eq!(
            parse::bytes(&told("--memory-limit")),
            Ok(limits.memory_bytes)
        );
        let message_bytes = parse::message_bytes(&told("--message-limit"));
        assert_eq!(message_bytes, Ok(limits.message_bytes));
        let message_time = parse::seconds(&told("--message-time"));
        assert_eq!(message_time, Ok(limits.message_time));
        assert_eq!((limits.fuel_total, limits.cpu_share), (None, None));
        assert_eq!(told("--fuel-limit"), "without bound");
        assert_eq!(told("--cpu-share"), "without bound");
    }
}
