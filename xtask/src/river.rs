//! The check of the demo of all languages: in which year the Nile changed, beside the published one.

use anyhow::{Context, Result, ensure};

/// The years of the table.
const YEARS: usize = 100;

/// The last year before the change: G. W. Cobb, "The Problem of the Nile", Biometrika 65 (1978).
const PUBLISHED: &str = "1898";

/// The columns of a line of the pipeline's, and where in it the year of the change is.
const HEADINGS: &str = "year  flow   level  mean rank score change";
const CHANGE: usize = 6;

/// The years that the pipeline has something to say of, and the last one.
///
/// # Errors
/// Where the table is not whole, or the river changed in another year than the published one.
pub fn summary(lines: &str) -> Result<String> {
    let count = lines.lines().count();
    ensure!(
        count == YEARS,
        "the pipeline answered {count} lines for {YEARS} years:\n{lines}"
    );
    let last = lines.lines().last().context("there is no year")?;
    let change = last.split_whitespace().nth(CHANGE).unwrap_or_default();
    ensure!(
        change == PUBLISHED,
        "the river changed after {change} and not after {PUBLISHED}:\n{lines}"
    );
    let mut summary = format!("{HEADINGS}\n");
    for line in lines.lines() {
        // A note stands behind the bar, and the bar ends with its last sign.
        if line == last || !line.ends_with('#') {
            summary += &format!("{line}\n");
        }
    }
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(change: &str) -> String {
        (1871..1971)
            .map(|year| {
                let note = if year == 1913 { " low" } else { "" };
                format!("{year}  1120  1120.0  1120    1   0.0  {change} ####{note}\n")
            })
            .collect()
    }

    #[test]
    fn the_years_with_notes_and_the_last_one_are_shown() {
        let summary = summary(&table("1898")).unwrap();
        let years: Vec<_> = summary.lines().map(|line| &line[..4]).collect();
        assert_eq!(years, ["year", "1913", "1970"]);
    }

    #[test]
    fn another_year_or_a_table_that_is_not_whole_is_an_error() {
        let error = summary(&table("1899")).unwrap_err().to_string();
        assert!(error.contains("after 1899 and not after 1898"), "{error}");
        let error = summary("1871 1120\n").unwrap_err().to_string();
        assert!(error.contains("1 lines for 100 years"), "{error}");
    }
}
