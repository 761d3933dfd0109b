//! A process that does as it is told on its standard input, and is looked at from outside.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The process. It is ended when this is dropped.
pub(crate) struct Process {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let orders = child.stdin.take().context("it has a standard input")?;
        let answers = child.stdout.take().context("it has a standard output")?;
        Ok(Self {
            child,
            orders,
            answers: BufReader::new(answers),
        })
    }

    /// Gives an order and waits for the line that answers it.
    pub(crate) fn ask(&mut self, order: &str) -> Result<String> {
        writeln!(self.orders, "{order}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        ensure!(!answer.is_empty(), "the process has ended");
        Ok(answer.trim_end().to_owned())
    }

    /// What the system tells of it.
    pub(crate) fn look(&self) -> Result<Look> {
        let folder = format!("/proc/{}", self.child.id());
        let status = fs::read_to_string(format!("{folder}/status"))?;
        let kib = |name| {
            let mut lines = status.lines();
            let kib = lines.find_map(|line| line.strip_prefix(name)?.trim().strip_suffix("kB"));
            let kib = kib.context("Linux tells it")?.trim();
            kib.parse().context("it is a number")
        };
        Ok(Look {
            resident_kib: kib("VmRSS:")?,
            page_tables_kib: kib("VmPTE:")?,
            mappings: fs::read_to_string(format!("{folder}/maps"))?
                .lines()
                .count(),
            processor_nanoseconds: processor_time_of(&folder)?,
        })
    }
}

/// What all threads of this process have used of processors, in nanoseconds.
pub(crate) fn processor_time() -> Result<u64> {
    processor_time_of("/proc/self")
}

/// The same of the process that this folder tells of.
fn processor_time_of(folder: &str) -> Result<u64> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("{folder}/task"))? {
        // A thread may end meanwhile.
        let time = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        let nanoseconds = time.split(' ').next().and_then(|time| time.parse().ok());
        sum += nanoseconds.unwrap_or(0);
    }
    Ok(sum)
}

impl Drop for Process {
    fn drop(&mut self) {
        // Errors say that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process holds, and what it has used.
pub(crate) struct Look {
    pub(crate) resident_kib: f64,
    pub(crate) page_tables_kib: f64,
    pub(crate) mappings: usize,
    /// Of all its threads.
    pub(crate) processor_nanoseconds: u64,
}
