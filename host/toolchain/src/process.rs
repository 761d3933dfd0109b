//! Running other programs and telling the user what went wrong with them.

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
    let program = Path::new(command.get_program());
    std::iter::once(program.file_name().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
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
