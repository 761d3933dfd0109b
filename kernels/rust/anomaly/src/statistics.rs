//! Mean and deviation of a stream, by Welford's method: one pass, no sum of squares that would
//! lose its digits.

/// What is known of the readings so far.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// How many readings there were.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// The sum of the squared distances from the mean.
    squares: f64,
}

impl Statistics {
    /// Takes one reading in.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    /// The standard deviation of the readings, as a sample of what is to come; 0 where there are
    /// fewer than two.
    pub fn deviation(&self) -> f64 {
        if self.count < 2 {
            return 0.0;
        }
        (self.squares / (self.count - 1) as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Statistics {
        let mut statistics = Statistics::default();
        for &value in values {
            statistics.add(value);
        }
        statistics
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_textbook() {
        let statistics = of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!(statistics.mean, 5.0);
        assert!((statistics.deviation() - (32.0_f64 / 7.0).sqrt()).abs() < 1e-12);
        assert_eq!(of(&[3.0]).deviation(), 0.0);
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let statistics = of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
        assert!((statistics.deviation() - 30.0_f64.sqrt()).abs() < 1e-9);
    }
}
