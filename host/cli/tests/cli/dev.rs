//! `ringhost dev`.

use crate::support::{end, outcome, ringhost, start};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// Sends its first byte back, where the kernel of the template sends all.
const LENGTH: &str = "(i32.load (global.get $length))";
const FIRST_BYTE: &str = "(i32.const 1)";

struct Session {
    child: Child,
    answers: BufReader<ChildStdout>,
    words: BufReader<ChildStderr>,
    source: PathBuf,
    _folder: TempDir,
}

impl Session {
    /// Begins a kernel that echoes, and runs it.
    fn begin(text: impl FnOnce(String) -> String) -> Self {
        let folder = TempDir::new().unwrap();
        let new = ["new", "echoer", "--lang", "wat"];
        outcome(ringhost().current_dir(&folder).args(new), "").succeeds();
        let project = folder.path().join("echoer");
        let source = project.join("kernel.wat");
        let template = fs::read_to_string(&source).unwrap();
        fs::write(&source, text(template)).unwrap();
        let mut child = start(ringhost().arg("dev").arg(&project));
        Self {
            answers: BufReader::new(child.stdout.take().unwrap()),
            words: BufReader::new(child.stderr.take().unwrap()),
            child,
            source,
            _folder: folder,
        }
    }

    fn say(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
    }

    fn answer(&mut self) -> String {
        next(&mut self.answers)
    }

    /// Reads what is said to the author until a line has these words; returns that.
    fn until(&mut self, words: &str) -> String {
        loop {
            let line = next(&mut self.words);
            if line.contains(words) {
                return line;
            }
        }
    }

    fn save(&self, change: impl FnOnce(String) -> String) {
        let text = fs::read_to_string(&self.source).unwrap();
        fs::write(&self.source, change(text)).unwrap();
    }

    fn interrupt(self) {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(end(self.child).code, 130);
    }
}

fn next(lines: &mut impl BufRead) -> String {
    let mut line = String::new();
    assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended");
    line.truncate(line.trim_end().len());
    line
}

#[test]
fn a_saved_source_takes_the_running_kernels_place_and_one_that_is_wrong_does_not() {
    let mut session = Session::begin(|text| text);
    session.until("echoer runs");
    session.say("one");
    assert_eq!(session.answer(), "one");

    session.save(|text| text.replace(LENGTH, FIRST_BYTE));
    session.until("echoer is replaced, after");
    session.say("two");
    assert_eq!(session.answer(), "t");

    session.save(|text| text.replace(FIRST_BYTE, "(nonsense)"));
    let error = session.until("error: ");
    assert!(error.contains("unknown operator"), "{error}");
    session.until("echoer goes on as it was");
    session.say("three");
    assert_eq!(session.answer(), "t");
    session.interrupt();
}

#[test]
fn it_waits_for_a_source_that_can_be_built() {
    let mut session = Session::begin(|text| text.replace("(memory", "(nonsense"));
    session.until("waiting for a change");
    session.say("said early");
    session.save(|text| text.replace("(nonsense", "(memory"));
    session.until("echoer runs");
    assert_eq!(session.answer(), "said early");
    session.interrupt();
}

#[test]
fn a_kernel_that_fails_is_told_of_and_goes_on_with_the_next_message() {
    let traps_at_empty = format!("(if (i32.eqz {LENGTH}) (then unreachable))\n      (call $send");
    let mut session =
        Session::begin(|text| text.replace("(call $send\n", &(traps_at_empty + "\n")));
    session.until("echoer runs");
    session.say("one");
    assert_eq!(session.answer(), "one");
    session.say("");
    session.say("three");
    session.until("trapped");
    session.until("line 2 of the input was its last message");
    assert_eq!(session.answer(), "three");
    session.interrupt();
}

#[test]
fn what_is_saved_during_the_first_build_is_built_next() {
    let folder = TempDir::new().unwrap();
    let new = ["new", "echoer", "--lang", "wat"];
    outcome(ringhost().current_dir(&folder).args(new), "").succeeds();
    let project = folder.path().join("echoer");
    // A build waits here until somebody writes.
    let gate = project.join("messages.json");
    let made = Command::new("mkfifo").arg(&gate).status().unwrap();
    assert!(made.success());
    let mut child = start(ringhost().arg("dev").arg(&project));
    let (told, builds) = mpsc::channel();
    thread::spawn(move || {
        let open = || File::options().write(true).open(&gate).unwrap();
        let mut first = open();
        fs::write(project.join("notes.txt"), "saved meanwhile").unwrap();
        first.write_all(b"{\"input\": \"string\"}").unwrap();
        drop(first);
        open();
        // It may be that nobody waits any more.
        let _ = told.send(());
    });
    let built = builds.recv_timeout(Duration::from_secs(60));
    child.kill().unwrap();
    child.wait().unwrap();
    built.expect("there was one build only");
}
