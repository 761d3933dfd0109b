//! What a run was measured on.

use std::fmt;
use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// A machine, and what it is doing.
pub struct Machine {
    description: String,
    load: Option<String>,
}

impl Machine {
    /// This one, before it begins. What cannot be told is left out.
    pub fn look() -> Self {
        let parts = [processor(), cores(), memory(), system(), compiler()];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        Self {
            description: parts.join(", "),
            load: load(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.description)?;
        match &self.load {
            Some(load) => write!(formatter, "; its load was {load} when the run began"),
            None => Ok(()),
        }
    }
}

/// How many threads ran or wanted to, over the last minute.
fn load() -> Option<String> {
    let loads = fs::read_to_string("/proc/loadavg").ok()?;
    loads.split(' ').next().map(str::to_owned)
}

fn processor() -> Option<String> {
    field("/proc/cpuinfo", "model name")
}

fn cores() -> Option<String> {
    let cores = available_parallelism().ok()?;
    Some(format!("{cores} cores"))
}

fn memory() -> Option<String> {
    let total = field("/proc/meminfo", "MemTotal")?;
    let kib: f64 = total.strip_suffix("kB")?.trim().parse().ok()?;
    Some(format!("{:.0} GiB of memory", kib / f64::from(1 << 20)))
}

fn system() -> Option<String> {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    Some(format!("Linux {}", release.trim()))
}

fn compiler() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    let words: Vec<_> = version.split_whitespace().take(2).collect();
    Some(words.join(" "))
}

/// The value of the first line `NAME : VALUE`.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let values = text.lines().filter_map(|line| line.split_once(':'));
    let mut named = values.filter(|(key, _)| key.trim() == name);
    Some(named.next()?.1.trim().to_owned())
}
