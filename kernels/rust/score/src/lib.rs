//! Says how unusual a year's flow is, in standard deviations from the mean of those before it: a stage
//! of `kernels/pipelines/nile.toml`.

#![deny(missing_docs)]

use ringhost_sdk::prelude::*;

/// Fewer years than these do not say what is usual.
const FIRST_YEARS: f64 = 10.0;

/// A year of the river, to which each stage adds what it finds.
#[message]
pub struct Year {
    /// The year.
    pub year: u16,
    /// How much water it brought.
    pub flow: f64,
    /// The estimated level.
    pub level: f64,
    /// Its place among the years so far, 1 for the most water.
    pub rank: u32,
    /// The mean flow of the last ten years.
    pub mean: f64,
    /// The year after which the river changed, 0 where it is too early to say.
    pub change: u16,
    /// How many standard deviations the flow is above the mean of those before it.
    pub score: f64,
    /// The flow, drawn.
    pub bar: String,
    /// What rules say of it.
    pub notes: Vec<String>,
}

/// Welford's method: mean and deviation in one pass.
#[ring_kernel]
pub fn score(context: &mut Context<Year, Year>) -> Result<()> {
    let (mut count, mut mean, mut squares) = (0.0_f64, 0.0, 0.0);
    context.serve(|mut year, replies| {
        let distance = year.flow - mean;
        if count >= FIRST_YEARS && squares > 0.0 {
            let deviation = f64::sqrt(squares / (count - 1.0));
            year.score = distance / deviation;
        }
        count += 1.0;
        mean += distance / count;
        squares += distance * (year.flow - mean);
        replies.push(year);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    fn year(flow: f64) -> Year {
        Year {
            year: 1871,
            flow,
            level: 0.0,
            rank: 0,
            mean: 0.0,
            change: 0,
            score: 0.0,
            bar: String::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_year_is_judged_by_those_before_it() {
        // Ten of mean 20 and deviation sqrt(10 / 9), and one that is two deviations above.
        let usual = [19.0, 21.0].repeat(5);
        let unusual = 20.0 + 2.0 * f64::sqrt(10.0 / 9.0);
        let years = usual.into_iter().chain([unusual]).map(year);
        let run = TestHost::new().send_each(years).run(score);
        assert_eq!(run.result, Ok(()));
        let scores: Vec<f64> = run
            .messages()
            .iter()
            .map(|year: &Year| year.score)
            .collect();
        assert_eq!(scores[..10], [0.0; 10]);
        assert!((scores[10] - 2.0).abs() < 1e-12, "{scores:?}");
    }
}
