//! A row on the terminal.

use super::verdict::verdict;
use crate::measured::Measured;
use crate::number::{number, scale};

/// Prints a row: each contender with its figure, the ratio of ringhost's to it, and the middle half
/// of the ratios; and what the targets say.
pub fn print(row: &Measured) {
    println!("\n{} ({})", row.name, row.flavour);
    for (at, line) in row.lines.iter().enumerate() {
        if !line.what.is_empty() {
            println!("  {}", line.what);
        }
        for (place, outcome) in row.outcomes.iter().enumerate() {
            let name = outcome.name;
            match (&outcome.rounds, row.figures(at, place)) {
                // It is said once.
                (Err(_), _) if at > 0 => {}
                (Err(error), _) => println!("    {name:<27} not measured: {error:#}"),
                // Not every line concerns all.
                (Ok(_), None) => {}
                (Ok(_), Some(figure)) => {
                    let (factor, unit) = scale(figure.median, line.unit);
                    let median = format!("{} {unit}", number(figure.median * factor));
                    let ratio = row.ratios(at, place).filter(|_| place > 0);
                    let ratio = ratio.map_or_else(String::new, |ratio| {
                        format!(
                            "ratio {:.2} ({:.2} to {:.2})",
                            ratio.median, ratio.low, ratio.high
                        )
                    });
                    println!("    {name:<27} {median:>20}  {ratio}");
                }
            }
        }
        for target in &line.targets {
            println!("    target: {}", verdict(row, at, *target));
        }
    }
}
