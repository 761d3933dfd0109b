//! Running other programs and telling the user what went wrong with them.

use std::borrow::Cow;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Tells the user about a step. On standard error, so that standard output holds results only.
pub fn say(text: impl AsRef<str>) {
    eprintln!("ringhost: {}", text.as_ref());
}

/// Runs `command` to its end with the user's own standard output and error.
///
/// # Errors
/// Where the program cannot be started or does not exit with zero.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| start_failure(command))?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    Ok(())
}

/// Runs a compiler on what an author wrote, with the user's own standard output and error.
///
/// # Errors
/// Where it cannot be started, or finds something wrong. It has said what by then, so the error is short
/// and points there, unless it ended in a way that compilers do not have for that.
pub fn compile(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| start_failure(command))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(1 | 2) => bail!("{} says above what is wrong", program(command)),
        _ => bail!("`{}` failed: {status}", line(command)),
    }
}

/// Runs `command`, whose words on standard error are for the author, to its end and returns its standard
/// output.
///
/// # Errors
/// Where the program cannot be started, or prints what is not UTF-8; and where it does not exit with zero:
/// its own words, without the command.
pub fn told(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| start_failure(command))?;
    let words = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && !words.trim().is_empty() {
        bail!("{}", words.trim_end());
    }
    if !output.status.success() {
        bail!("`{}` failed: {}", line(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` did not print UTF-8", line(command)))
}

/// Runs `command` to its end and returns its standard output. Its standard error is shown only as
/// part of the error.
///
/// # Errors
/// Where the program cannot be started, does not exit with zero, or prints what is not UTF-8.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| start_failure(command))?;
    if !output.status.success() {
        let detail = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{}` failed: {}\n{}",
            line(command),
            output.status,
            detail.trim_end()
        );
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` did not print UTF-8", line(command)))
}

/// The sentence for a program that could not be started.
pub fn start_failure(command: &Command) -> String {
    format!(
        "cannot start `{}`: is it installed and on PATH?",
        line(command)
    )
}

/// The command as a person would type it, without quoting.
pub fn line(command: &Command) -> String {
    std::iter::once(program(command))
        .chain(command.get_args().map(|word| word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The program of a command, without its folder.
fn program(command: &Command) -> Cow<'_, str> {
    let program = Path::new(command.get_program());
    program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_command_and_what_it_said() {
        let error =
            output(Command::new("sh").args(["-c", "echo no luck >&2; exit 3"])).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("sh -c") && text.contains("no luck"), "{text}");
    }

    #[test]
    fn a_compiler_that_finds_errors_is_not_shown_as_a_command() {
        let error = compile(Command::new("sh").args(["-c", "exit 1"])).unwrap_err();
        assert_eq!(error.to_string(), "sh says above what is wrong");
        let error = compile(Command::new("sh").args(["-c", "exit 9"])).unwrap_err();
        assert!(error.to_string().contains("sh -c exit 9"), "{error}");
    }

    #[test]
    fn words_for_the_author_come_without_the_command() {
        let error = told(Command::new("sh").args(["-c", "echo line 3 >&2; exit 1"])).unwrap_err();
        assert_eq!(error.to_string(), "line 3");
        let error = told(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.to_string().contains("sh -c exit 3"), "{error}");
    }

    #[test]
    fn a_command_is_shown_without_the_folder_of_its_program() {
        assert_eq!(
            line(Command::new("/usr/bin/cargo").args(["test", "--all"])),
            "cargo test --all"
        );
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(
            error.to_string().contains("no-such-program-here"),
            "{error}"
        );
    }
}
