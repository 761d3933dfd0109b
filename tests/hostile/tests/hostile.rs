//! Every attack comes to what the host promises, and its honest neighbour loses nothing.

use ringhost::CompilerProcess;
use ringhost_hostile::{attacks, is_sanitized, run};
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

#[test]
fn every_promise_is_kept_and_the_neighbour_loses_nothing() {
    let compiler = CompilerProcess::new(env!("CARGO_BIN_EXE_hostile"));
    let mut faults = Vec::new();
    for attack in attacks::all() {
        if is_sanitized() && attack.options.compiler.is_some() {
            // Its compiler's process has not the address space that the sanitizer wants.
            continue;
        }
        let name = format!("{}: {}", attack.group, attack.name);
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
