//! One case: a kernel is launched, sent its messages, and heard to its end.

use super::cases::Case;
use crate::flow::{Format, with_path};
use anyhow::Result;
use ringhost::{Ending, Error, LaunchOptions, RingKernelRuntime};
use std::path::Path;
use std::time::Duration;

/// What all cases of a kernel have in common.
pub struct Checker<'a> {
    pub runtime: &'a RingKernelRuntime,
    pub component: &'a Path,
    pub options: LaunchOptions,
    pub raw: bool,
    /// How long nothing may happen before a kernel counts as one that does not end.
    pub grace: Duration,
}

impl Checker<'_> {
    /// Runs a case under a name of its own. Returns what is not as it should be, in words.
    ///
    /// # Errors
    /// If the kernel cannot be launched.
    pub async fn check(&self, id: &str, case: &Case) -> Result<Option<String>> {
        let (runtime, component) = (self.runtime, self.component);
        let with_path = |error| with_path(error, component);
        let inspection = runtime.inspect_with(component, &self.options).await;
        let messages = inspection.map_err(with_path)?.messages;
        let input = Format::of(messages.input, self.raw);
        let output = Format::of(messages.output, self.raw);
        let mut payloads = Vec::new();
        for line in &case.send {
            match input.read(line.as_bytes().to_vec()) {
                Ok(payload) => payloads.extend(payload),
                Err(fault) => return Ok(Some(format!("it cannot be sent {line}: {fault}"))),
            }
        }
        let launched = runtime.launch_with(id, component, self.options.clone());
        launched.await.map_err(with_path)?;
        runtime.activate(id).await?;
        let fed = {
            let (runtime, id) = (runtime.clone(), id.to_owned());
            tokio::spawn(async move {
                for payload in payloads {
                    // An error says that the kernel has ended, which is told by its answers.
                    if runtime.send(&id, payload).await.is_err() {
                        return;
                    }
                }
                let _ = runtime.close_input(&id).await;
            })
        };
        let heard = self.hear(id, &output).await?;
        fed.abort();
        // It has ended, or is to.
        let _ = runtime.terminate_timeout(id, Duration::ZERO).await;
        let ending = runtime.wait(id).await?;
        runtime.remove(id)?;
        Ok(self.fault(case, &heard, &ending, &output))
    }

    /// All that the kernel sends.
    async fn hear(&self, id: &str, output: &Format) -> Result<Heard> {
        let mut heard = Heard::default();
        loop {
            match self.runtime.receive_timeout(id, self.grace).await {
                Ok(message) => {
                    let mut line = Vec::new();
                    if let Err(fault) = output.write(&message.payload, &mut line) {
                        heard
                            .lines
                            .push(format!("what is not of its type: {fault}"));
                        continue;
                    }
                    let line = String::from_utf8_lossy(&line);
                    heard.lines.push(line.trim_end_matches('\n').to_owned());
                }
                Err(Error::KernelEnded(_)) => return Ok(heard),
                Err(Error::Timeout(_)) => {
                    heard.endless = true;
                    return Ok(heard);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn fault(
        &self,
        case: &Case,
        heard: &Heard,
        ending: &Ending,
        output: &Format,
    ) -> Option<String> {
        if heard.endless {
            let grace = self.grace;
            return Some(format!(
                "it did not end: nothing happened for {grace:?} after its input had ended"
            ));
        }
        let failed = ending.is_failure().then(|| ending.to_string());
        match (&case.fails, &failed) {
            (None, Some(ending)) => return Some(format!("it {ending}")),
            (Some(words), None) => {
                return Some(format!("it was to fail with {words:?}, and did not"));
            }
            (Some(words), Some(ending)) if !ending.contains(words.as_str()) => {
                return Some(format!("it was to fail with {words:?}, and it {ending}"));
            }
            _ => {}
        }
        let lines = case.expect.len().max(heard.lines.len());
        (0..lines).find_map(|at| {
            let (expected, answer) = (case.expect.get(at), heard.lines.get(at));
            if same(expected, answer, output) {
                return None;
            }
            let shown = |line: Option<&String>| line.map_or("nothing", String::as_str).to_owned();
            Some(format!(
                "answer {}\nexpected {}\nit sent  {}",
                at + 1,
                shown(expected),
                shown(answer)
            ))
        })
    }
}

/// What a kernel sent.
#[derive(Default)]
struct Heard {
    lines: Vec<String>,
    /// It had not ended when nothing had come for long.
    endless: bool,
}

/// Whether an answer is the expected one: as JSON where it is that, whatever its spaces.
fn same(expected: Option<&String>, answer: Option<&String>, output: &Format) -> bool {
    let (Some(expected), Some(answer)) = (expected, answer) else {
        return expected == answer;
    };
    let value = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok();
    match output {
        Format::Json(_) => value(expected).is_some() && value(expected) == value(answer),
        Format::Raw => expected == answer,
    }
}
