//! What many rounds say together.

use anyhow::Result;
use hdrhistogram::Histogram;

/// The middle of some figures, and where the middle half of them lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// A quarter of the figures is below.
    pub low: f64,
    /// Half of the figures are below.
    pub median: f64,
    /// A quarter of the figures is above.
    pub high: f64,
}

impl Spread {
    /// `None` of no figures.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            low: at(&sorted, 0.25)?,
            median: at(&sorted, 0.5)?,
            high: at(&sorted, 0.75)?,
        })
    }
}

/// The figure at this part of the way from the least to the largest.
fn at(sorted: &[f64], part: f64) -> Option<f64> {
    let place = part * sorted.len().checked_sub(1)? as f64;
    let below = sorted.get(place.floor() as usize)?;
    let above = sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

/// How long single pieces of work took, in nanoseconds: in this round, and in all before it.
pub struct Times {
    round: Histogram<u64>,
    before: Histogram<u64>,
}

impl Times {
    /// None yet.
    ///
    /// # Errors
    /// Never with the bounds that it has.
    pub fn new() -> Result<Self> {
        // To three digits, which is more than the clock gives, and up to a minute.
        let times = Histogram::new_with_bounds(1, 60_000_000_000, 3)?;
        Ok(Self {
            round: times.clone(),
            before: times,
        })
    }

    /// Adds one; counts a longer time than a minute as a minute.
    pub fn record(&mut self, nanoseconds: u64) {
        self.round.saturating_record(nanoseconds);
    }

    /// Ends a round. Returns its p50 and its p99.
    ///
    /// # Errors
    /// Never: all have the same bounds.
    pub fn round(&mut self) -> Result<Vec<f64>> {
        let figures = [0.5, 0.99].map(|part| self.round.value_at_quantile(part) as f64);
        self.before.add(&self.round)?;
        self.round.reset();
        Ok(figures.to_vec())
    }

    /// Those of all rounds that have ended.
    pub fn all(&self) -> Histogram<u64> {
        self.before.clone()
    }
}

/// What one who comes at a moment chosen by chance waits at most, 99 times of 100: the time that
/// the longer of these times fill one hundredth of all. The 99th percentile of the times themselves
/// would flatter: between two long waits are many short ones, but who comes by chance meets a long
/// one.
pub fn p99_of_time(mut times: Vec<f64>) -> f64 {
    times.sort_by(|one, other| other.total_cmp(one));
    let mut left = times.iter().sum::<f64>() / 100.0;
    for time in times {
        left -= time;
        if left < 0.0 {
            return time;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_figures() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]);
        let expected = Spread {
            low: 1.75,
            median: 2.5,
            high: 3.25,
        };
        assert_eq!(spread, Some(expected));
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([5.0]).map(|spread| spread.high), Some(5.0));
    }

    #[test]
    fn long_waits_count_for_as_long_as_they_are() {
        // One of 1000 is longer, but it fills a tenth of the time.
        let mut times = vec![1.0; 900];
        times.push(100.0);
        assert_eq!(p99_of_time(times), 100.0);
        assert_eq!(p99_of_time(vec![1.0; 200]), 1.0);
    }
}
