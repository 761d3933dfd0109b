//! What is left of a kernel that failed, for who started it.

use crate::log::Level;
use ringhost::DeathReport;

/// So many of the log lines are told that were not shown when they came.
const LOG_LINES: usize = 10;

/// The report, without the log lines that were shown when they came. `line` names the last message
/// where that was a line of the input.
pub fn text(mut report: DeathReport, shown: Level, line: Option<&str>) -> String {
    report.log.retain(|line| !shown.shows(line.level));
    let left_out = report.log.len().saturating_sub(LOG_LINES);
    report.log.drain(..left_out);
    let mut text = report.to_string();
    if left_out > 0 {
        text += &format!("    log            the last {LOG_LINES}; --log trace shows all\n");
    }
    if let Some(line) = line {
        text += &format!("    input          {line} was its last message\n");
    }
    text.truncate(text.trim_end().len());
    text
}
