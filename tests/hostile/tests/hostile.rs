//! Every attack comes to what the host promises, and its honest neighbour loses nothing.

use ringhost::{CompilerProcess, Tier};
use ringhost_hostile::{Attack, attacks, is_sanitized, run};
use ringhost_tests::root;
use std::collections::HashSet;

#[test]
fn every_attack_has_a_name_of_its_own() {
    let attacks = attacks::all();
    let names: HashSet<_> = attacks.iter().map(|attack| attack.name).collect();
    assert_eq!(names.len(), attacks.len());
    assert!(attacks.len() >= 50, "{} attacks", attacks.len());
}

/// The keys of the manifest that set limits, as its page lists them; `tests/system` checks that
/// the page lists all.
fn limits() -> HashSet<String> {
    let page = std::fs::read_to_string(root().join("docs/manifest.md")).unwrap();
    let block = page.split("```toml\n").nth(1).unwrap();
    let mut table = String::new();
    let mut limits = HashSet::from(["queue_size".to_owned()]);
    for line in block.split("```").next().unwrap().lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.split(']').next())
        {
            name.clone_into(&mut table);
        } else if let Some((key, _)) = line.split_once(" = ")
            && ["limits", "compiler"].contains(&table.as_str())
        {
            limits.insert(format!("{table}.{}", key.trim()));
        }
    }
    limits
}

#[test]
fn every_limit_of_the_manifest_has_an_attack_that_hits_it() {
    let hit: HashSet<_> = attacks::all()
        .iter()
        .filter_map(|attack| attack.limit.map(str::to_owned))
        .collect();
    assert_eq!(hit, limits());
}

/// Whether an attack is on what the tiers do each in their own way: memories, stacks, and traps.
fn concerns_the_tier(attack: &Attack) -> bool {
    let groups = [
        "allocation",
        "computing",
        "initialisers",
        "memory",
        "restarts",
        "results",
        "stack",
        "tables",
    ];
    assert_eq!(attack.options.tier, Tier::Fast);
    groups.contains(&attack.group)
}

#[test]
fn every_promise_is_kept_and_the_neighbour_loses_nothing() {
    let compiler = CompilerProcess::new(env!("CARGO_BIN_EXE_hostile"));
    let mut faults = Vec::new();
    let all = attacks::all();
    let in_dense = all.iter().filter(|attack| concerns_the_tier(attack));
    let in_dense: Vec<_> = in_dense.cloned().map(Attack::in_dense).collect();
    // Not beside each other: the memory of the whole process is watched.
    for attack in all.into_iter().chain(in_dense) {
        if is_sanitized() && attack.options.compiler.is_some() {
            // Its compiler's process has not the address space that the sanitizer wants.
            continue;
        }
        let (group, name, tier) = (attack.group, attack.name, attack.options.tier);
        let name = format!("{group}: {name} ({tier})");
        match run(&attack, &compiler) {
            Ok(report) => {
                let found = report.faults(&attack);
                faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
            }
            Err(error) => faults.push(format!("{name}: {error:#}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
