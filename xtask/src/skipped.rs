//! Tests that were skipped, for a machine may lack what they need.

use std::collections::{BTreeMap, BTreeSet};

/// What tests have noted, a line each: the reason and the test's name.
pub fn by_reason(notes: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut skipped: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (reason, test) in notes.lines().filter_map(|line| line.rsplit_once('\t')) {
        skipped.entry(reason).or_default().insert(test);
    }
    skipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_tests_are_told_once_for_each_reason() {
        let notes = "no npm\tb\nno npm\ta\nno npm\tb\nno pip\ta\n";
        let skipped: Vec<_> = by_reason(notes).into_iter().collect();
        assert_eq!(
            skipped,
            [
                ("no npm", BTreeSet::from(["a", "b"])),
                ("no pip", BTreeSet::from(["a"])),
            ]
        );
    }
}
