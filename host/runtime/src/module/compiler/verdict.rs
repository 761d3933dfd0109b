//! What a compiler's answer, or its silence, means.

use super::frame::{Answer, NoAnswer};
use super::{CompilerLimit, CompilerLimits, CompilerProcess};
use crate::module::LoadError;
use std::process::ExitStatus;

/// What a program says that ends for lack of memory: Rust, its threads, the dynamic loader.
const NO_MEMORY: [&str; 5] = [
    "memory allocation of",
    "annot allocate memory",
    "Resource temporarily unavailable",
    "failed to map segment",
    "cannot create shared object descriptor",
];

/// The compiled code, or why there is none.
pub(super) fn verdict(
    process: &CompilerProcess,
    answer: Result<Answer, NoAnswer>,
    status: Option<ExitStatus>,
    said: &[u8],
) -> Result<Vec<u8>, LoadError> {
    match answer {
        Ok(Answer::Code(code)) => Ok(code),
        Ok(Answer::Invalid(reason)) => Err(LoadError::of_engine(reason)),
        Ok(Answer::OutOfMemory) => Err(out_of_memory(&process.limits)),
        Ok(Answer::Fault(reason)) => Err(process.unusable(reason)),
        Err(NoAnswer::CutOff) => Err(died(&process.limits, status, said)),
        Err(NoAnswer::TooLarge) => Err(LoadError::CompilationLimit(CompilerLimit::Code(
            process.limits.code_bytes,
        ))),
        Err(NoAnswer::Foreign) => Err(process.unusable(
            "it printed something else than compiled code; does its main call \
             ringhost::compile_worker before anything else?",
        )),
        Err(NoAnswer::Unreadable(error)) => Err(process.unusable(error)),
    }
}

fn out_of_memory(limits: &CompilerLimits) -> LoadError {
    LoadError::CompilationLimit(CompilerLimit::Memory(limits.memory_bytes))
}

/// Why a compiler ended without an answer.
fn died(limits: &CompilerLimits, status: Option<ExitStatus>, said: &[u8]) -> LoadError {
    let said = String::from_utf8_lossy(said);
    if NO_MEMORY.iter().any(|words| said.contains(words)) {
        return out_of_memory(limits);
    }
    #[cfg(unix)]
    if let Some(signal) =
        status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status))
        && signal == rustix::process::Signal::XCPU.as_raw()
    {
        return LoadError::CompilationLimit(CompilerLimit::Cpu(limits.cpu_seconds));
    }
    let how = status.map_or_else(|| "is gone".to_owned(), |status| status.to_string());
    let said = match said.lines().find(|line| !line.trim().is_empty()) {
        Some(line) => format!("; it said {line:?}"),
        None => String::new(),
    };
    LoadError::CompilerDied { how, said }
}
