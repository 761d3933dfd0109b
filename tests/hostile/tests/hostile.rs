//! Every attack comes to what the host promises, and its honest neighbour loses nothing.

use ringhost_hostile::{attacks, run};
use std::collections::HashSet;

#[test]
fn every_attack_has_a_name_of_its_own() {
    let attacks = attacks::all();
    let names: HashSet<_> = attacks.iter().map(|attack| attack.name).collect();
    assert_eq!(names.len(), attacks.len());
    assert!(attacks.len() >= 50, "{} attacks", attacks.len());
}

#[test]
fn every_promise_is_kept_and_the_neighbour_loses_nothing() {
    let mut faults = Vec::new();
    for attack in attacks::all() {
        let name = format!("{}: {}", attack.group, attack.name);
        match run(&attack) {
            Ok(report) => {
                let found = report.faults(&attack);
                faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
            }
            Err(error) => faults.push(format!("{name}: {error:#}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
