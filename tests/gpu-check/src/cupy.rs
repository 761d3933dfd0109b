//! CuPy, where the machine's Python has it: a process of its own that does rounds when it is asked to.

use crate::compiler::{OPTIONS, SOURCE};
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

const SCRIPT: &str = include_str!("peers/cupy.py");

/// A kernel of the peers, held by CuPy.
pub(crate) struct Cupy {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Cupy {
    /// The kernel over so many items and elements, so many times a round.
    ///
    /// # Errors
    /// If there is no Python with CuPy.
    pub(crate) fn start(kernel: &str, items: u32, count: u32, times: u32) -> Result<Self> {
        let numbers = [items, count, times].map(|number| number.to_string());
        // It takes its architecture from the device.
        let options = OPTIONS
            .iter()
            .filter(|option| !option.contains("architecture"));
        let options: Vec<_> = options.copied().collect();
        let mut process = Command::new("python3")
            .args(["-c", SCRIPT, kernel])
            .args(numbers)
            .arg(options.join(" "))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("there is no Python here")?;
        let mut input = process.stdin.take().context("no pipe")?;
        let output = BufReader::new(process.stdout.take().context("no pipe")?);
        // A line of its own, whatever is in it. Where Python has gone already, the next says so.
        let _ = writeln!(input, "{}", SOURCE.replace('\n', "\u{1}"));
        let mut cupy = Self {
            process,
            input,
            output,
        };
        let said = cupy.line()?;
        ensure!(
            said == "ready",
            "there is no CuPy here, or it cannot run the kernel"
        );
        Ok(cupy)
    }

    /// A round, and how long it took.
    pub(crate) fn round(&mut self) -> Result<Duration> {
        writeln!(self.input, "go")?;
        let said = self.line()?;
        let seconds = said
            .parse()
            .with_context(|| format!("CuPy has said {said:?}"))?;
        Ok(Duration::try_from_secs_f64(seconds)?)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Cupy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
