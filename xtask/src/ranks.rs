//! The demo's check: a kernel's PageRank of the karate club beside the published one.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The five members of highest PageRank and their ranks, as published for Zachary's karate club
/// (unweighted, damping 0.85).
const PUBLISHED: [(u64, f64); 5] = [(34, 0.101), (1, 0.097), (33, 0.072), (3, 0.057), (2, 0.053)];

/// The members and ranks in the pipeline's answer, highest first: the last line that holds an
/// object `{"Ranks": {"scores": [[MEMBER, RANK], ..]}}`.
///
/// # Errors
/// Where there is no such line.
pub fn parse(answers: &str) -> Result<Vec<(u64, f64)>> {
    answers
        .lines()
        .rev()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|answer| {
            let pair = |pair: &Value| Some((pair[0].as_u64()?, pair[1].as_f64()?));
            answer["Ranks"]["scores"]
                .as_array()?
                .iter()
                .map(pair)
                .collect()
        })
        .with_context(|| format!("the pipeline answered no ranks but: {}", answers.trim_end()))
}

/// A table of the first five ranks beside the published ones.
///
/// # Errors
/// Where they are not the same members in the same order with ranks equal to three decimals. The
/// error holds the table.
pub fn compare(ranks: &[(u64, f64)]) -> Result<String> {
    let mut table = "  member     rank  published\n".to_string();
    let mut agree = ranks.len() >= PUBLISHED.len();
    for ((member, rank), published) in ranks.iter().zip(PUBLISHED) {
        // Compared as people would compare them: as printed.
        let same = *member == published.0 && format!("{rank:.3}") == format!("{:.3}", published.1);
        agree &= same;
        let sign = if same { "" } else { "  DIFFERS" };
        let published = if *member == published.0 {
            format!("{:.3}", published.1)
        } else {
            format!("{:.3} for {}", published.1, published.0)
        };
        table += &format!("{member:>8} {rank:>8.4}  {published:>9}{sign}\n");
    }
    if !agree {
        bail!("the ranks are not the published ones:\n{table}");
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANKS: [(u64, f64); 5] = [
        (34, 0.10092),
        (1, 0.09700),
        (33, 0.07169),
        (3, 0.05708),
        (2, 0.05288),
    ];

    #[test]
    fn the_published_ranks_make_an_aligned_table() {
        let table = compare(&RANKS).unwrap();
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[1], "      34   0.1009      0.101");
        assert!(
            lines.iter().all(|line| line.len() == lines[0].len()),
            "{table}"
        );
    }

    #[test]
    fn another_rank_another_order_or_too_few_are_errors() {
        let mut wrong = RANKS;
        wrong[4].1 = 0.0540;
        assert!(
            compare(&wrong)
                .unwrap_err()
                .to_string()
                .contains("0.0540      0.053  DIFFERS")
        );
        let mut swapped = RANKS;
        swapped.swap(0, 1);
        assert!(
            compare(&swapped)
                .unwrap_err()
                .to_string()
                .contains("0.101 for 34")
        );
        assert!(compare(&RANKS[..4]).is_err());
    }

    #[test]
    fn ranks_are_read_from_the_last_answer_that_has_them() {
        let answers = "{\"Ranks\": 0}\n{\"Ranks\": {\"scores\": [[34, 0.1], [1, 0.09]]}}\nbye\n";
        assert_eq!(parse(answers).unwrap(), [(34, 0.1), (1, 0.09)]);
        let error = parse("nothing\n").unwrap_err();
        assert!(error.to_string().contains("nothing"), "{error}");
    }
}
