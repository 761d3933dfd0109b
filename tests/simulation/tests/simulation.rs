//! Ten thousand seeds keep every guarantee, and each replays exactly.

use ringhost_simulation::{Trace, search, simulate};

#[test]
fn ten_thousand_seeds_keep_every_guarantee() {
    let findings = search(0..10_000);
    let failures: Vec<_> = findings.failures.iter().map(ToString::to_string).collect();
    assert_eq!(findings.seeds, 10_000);
    assert!(
        findings.failed == 0,
        "{} seeds failed:\n{}",
        findings.failed,
        failures.join("\n\n")
    );
}

#[test]
fn a_seed_replays_event_by_event_whatever_ran_before_it() {
    let forwards: Vec<Trace> = (0..200).map(simulate).collect();
    let backwards = std::thread::spawn(|| (0..200).rev().map(simulate).collect::<Vec<_>>());
    let backwards = backwards.join().unwrap();
    for (seed, (first, second)) in forwards.iter().zip(backwards.iter().rev()).enumerate() {
        for (first, second) in first.records.iter().zip(&second.records) {
            assert_eq!(first, second, "seed {seed}");
        }
        assert!(first == second, "seed {seed} took other turns");
    }
}

#[test]
fn seeds_differ() {
    let mut digests: Vec<_> = (0..200).map(|seed| simulate(seed).digest()).collect();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), 200);
}
