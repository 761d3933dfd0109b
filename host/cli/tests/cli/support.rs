//! Starting the command, and what it is started with.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longer than anything here takes, even on a busy machine: what takes so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub use ringhost_tests::{is_there, kernel_path as kernel, root};

/// A folder with a kernel of the checkout, and a manifest beside it.
pub fn with_manifest(name: &str, manifest: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let component = folder.path().join(name).with_extension("wasm");
    fs::copy(kernel(name), &component).unwrap();
    fs::write(component.with_extension("toml"), manifest).unwrap();
    (folder, component)
}

/// The command; compiled code is kept beside the build.
pub fn ringhost() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringhost"));
    command.env("XDG_CACHE_HOME", root().join("target/test-cache"));
    command
}

/// What came of a command.
pub struct Outcome {
    pub code: i32,
    pub output: Vec<u8>,
    pub errors: String,
}

impl Outcome {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.output).unwrap()
    }

    /// Checks that it failed so, with one line on standard error that holds all of these parts.
    #[track_caller]
    pub fn fails(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{}", self.errors);
        let errors: Vec<_> = self
            .errors
            .lines()
            .filter(|line| line.starts_with("error: "))
            .collect();
        let [error] = errors.as_slice() else {
            panic!("not one error: {}", self.errors);
        };
        for part in parts {
            assert!(error.contains(part), "{part:?} is not in: {error}");
        }
        assert!(!self.errors.contains("panicked at host"), "{}", self.errors);
    }

    #[track_caller]
    pub fn succeeds(&self) -> &Self {
        assert_eq!(self.code, 0, "{}", self.errors);
        self
    }
}

/// Runs a command to its end with this input.
pub fn outcome(command: &mut Command, input: impl Into<Vec<u8>>) -> Outcome {
    let mut child = start(command);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.into();
    // A command that reads no more closes its end.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let outcome = end(child);
    writer.join().unwrap();
    outcome
}

/// Runs `ringhost` with these arguments and this input.
pub fn ringhost_with<A: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = A>,
    input: impl Into<Vec<u8>>,
) -> Outcome {
    outcome(ringhost().args(arguments), input)
}

/// Runs a kernel of the checkout with these options and this input.
pub fn run_kernel(name: &str, options: &[&str], input: impl Into<Vec<u8>>) -> Outcome {
    outcome(ringhost().arg("run").arg(kernel(name)).args(options), input)
}

pub fn start(command: &mut Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for the end of a command and reads what it has still to say.
pub fn end(mut child: Child) -> Outcome {
    let output = gather(child.stdout.take());
    let errors = gather(child.stderr.take());
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the command hangs");
        }
        thread::sleep(Duration::from_millis(5));
    };
    Outcome {
        code: status.code().expect("the command was ended by a signal"),
        output: output.join().unwrap(),
        errors: String::from_utf8(errors.join().unwrap()).unwrap(),
    }
}

fn gather(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes).unwrap();
        }
        bytes
    })
}
