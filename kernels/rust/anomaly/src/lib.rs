//! Finds the readings that stand out among those of their sensor: a kernel that mostly listens.

#![deny(missing_docs)]

mod statistics;

use std::collections::BTreeMap;

use ringhost_sdk::prelude::*;
use statistics::Statistics;

/// A sensor's first readings only teach the kernel what is usual.
const FIRST_READINGS: u64 = 10;

/// A reading stands out when it is more than so many standard deviations away from the mean.
const THRESHOLD: f64 = 4.0;

/// Beyond this a reading's square has no place in an f64, and its sensor's statistics would be
/// lost.
const LARGEST_VALUE: f64 = 1e150;

/// What a sensor read.
#[message]
pub struct Reading {
    /// The sensor's name.
    pub sensor: String,
    /// The value, in the sensor's unit.
    pub value: f64,
}

/// A reading that stands out. Other readings have no answer.
#[message]
pub struct Anomaly {
    /// The sensor's name.
    pub sensor: String,
    /// The value that stands out.
    pub value: f64,
    /// In which way.
    pub finding: Finding,
}

/// In which way a reading stands out.
#[message]
pub enum Finding {
    /// It is far from the sensor's earlier readings.
    Outlier {
        /// The mean of the earlier readings.
        mean: f64,
        /// Their standard deviation.
        deviation: f64,
        /// How many deviations the reading is above (or, negative, below) the mean; infinite where
        /// all earlier readings were equal.
        score: f64,
    },
    /// It is no number, infinite, or larger than anything measured (1e150). The sensor's
    /// statistics leave it out.
    Unusable,
}

/// Judges each reading by those before it, and then counts it among them: a change that lasts
/// becomes usual.
#[ring_kernel]
pub fn anomaly(context: &mut Context<Reading, Anomaly>) -> Result<()> {
    let mut sensors: BTreeMap<String, Statistics> = BTreeMap::new();
    context.serve(|Reading { sensor, value }, replies| {
        let finding = match sensors.get_mut(&sensor) {
            Some(statistics) => judge(statistics, value),
            None => judge(sensors.entry(sensor.clone()).or_default(), value),
        };
        if let Some(finding) = finding {
            replies.push(Anomaly {
                sensor,
                value,
                finding,
            });
        }
        Ok(())
    })
}

fn judge(statistics: &mut Statistics, value: f64) -> Option<Finding> {
    // A comparison with NaN is false: it is not within.
    if !(-LARGEST_VALUE..=LARGEST_VALUE).contains(&value) {
        return Some(Finding::Unusable);
    }
    let Statistics { count, mean, .. } = *statistics;
    let deviation = statistics.deviation();
    statistics.add(value);
    let distance = value - mean;
    if count < FIRST_READINGS || distance == 0.0 {
        return None;
    }
    let score = distance / deviation;
    (score.abs() > THRESHOLD).then_some(Finding::Outlier {
        mean,
        deviation,
        score,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    fn reading(sensor: &str, value: f64) -> Reading {
        Reading {
            sensor: sensor.to_owned(),
            value,
        }
    }

    fn anomalies(readings: impl IntoIterator<Item = Reading>) -> Vec<Anomaly> {
        let run = TestHost::new().send_each(readings).run(anomaly);
        assert_eq!(run.result, Ok(()));
        run.messages()
    }

    /// Ten readings of mean 20 and deviation sqrt(10 / 9).
    fn usual(sensor: &str) -> impl Iterator<Item = Reading> + '_ {
        (0..10).map(move |turn| reading(sensor, if turn % 2 == 0 { 19.0 } else { 21.0 }))
    }

    #[test]
    fn a_reading_far_from_the_mean_stands_out() {
        let found = anomalies(usual("a").chain([reading("a", 24.0), reading("a", 10.0)]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].sensor.as_str(), found[0].value), ("a", 10.0));
        let Finding::Outlier {
            mean,
            deviation,
            score,
        } = found[0].finding
        else {
            panic!("{found:?}");
        };
        // Eleven readings: those of `usual` and 24.
        assert!((mean - 224.0 / 11.0).abs() < 1e-12);
        let squares = 10.0 + 10.0 * (mean - 20.0).powi(2) + (24.0 - mean).powi(2);
        assert!((deviation - (squares / 10.0).sqrt()).abs() < 1e-12);
        assert!((score - (10.0 - mean) / deviation).abs() < 1e-12);
        assert!(score < -THRESHOLD);
    }

    #[test]
    fn sensors_are_judged_apart_and_not_before_they_are_known() {
        let first = (0..9)
            .map(|_| reading("b", 1.0))
            .chain([reading("b", 99.0)]);
        assert_eq!(anomalies(usual("a").chain(first)), []);
    }

    #[test]
    fn any_change_of_a_constant_stands_out() {
        let constant = (0..10).map(|_| reading("c", 0.1));
        let found = anomalies(constant.chain([reading("c", 0.1), reading("c", 0.2)]));
        assert_eq!(found.len(), 1);
        let Finding::Outlier { score, .. } = found[0].finding else {
            panic!("{found:?}");
        };
        assert!(score > 1e6, "{score}");
    }

    #[test]
    fn what_is_no_measure_is_reported_and_left_out() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e151, -1e300];
        let found = anomalies(
            usual("a")
                .chain(odd.map(|value| reading("a", value)))
                .chain([reading("a", 20.5), reading("a", 99.0)]),
        );
        assert_eq!(found.len(), odd.len() + 1, "{found:?}");
        for (found, value) in found.iter().zip(odd) {
            assert_eq!(found.finding, Finding::Unusable);
            assert_eq!(found.value.to_bits(), value.to_bits());
        }
        assert!(matches!(found[5].finding, Finding::Outlier { .. }));
    }

    #[test]
    fn the_largest_values_do_not_break_the_statistics() {
        let wild = (0..20).map(|turn| reading("w", if turn % 2 == 0 { 1e150 } else { -1e150 }));
        assert_eq!(anomalies(wild), []);
    }
}
