//! Which names in a component are of the contract, and of which version of it.

use super::shown::bounded;
use semver::{Version, VersionReq};
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;

/// The contract's package.
const PACKAGE: &str = "ring:kernel/";

/// The contract that this host has.
const HERE: Version = Version::new(0, 1, 0);

/// The interfaces of the contract that a kernel may import, with all their functions.
const INTERFACES: [(&str, &[&str]); 6] = [
    ("types", &[]),
    (
        "lifecycle",
        &["kernel-id", "should-terminate", "is-active", "wait-active"],
    ),
    (
        "messaging",
        &[
            "receive",
            "receive-batch",
            "send",
            "send-batch",
            "exchange",
            "advance",
        ],
    ),
    ("sending", &["send", "send-batch"]),
    ("log", &["log"]),
    (
        "compute",
        &[
            "devices",
            "[static]space.create",
            "[method]space.device",
            "[method]space.allocate",
            "[method]space.submit",
            "[method]space.plan",
            "[method]space.reside",
            "[method]buffer.length",
            "[method]buffer.write",
            "[method]buffer.read",
            "[method]plan.run",
            "[method]event.poll",
            "[method]event.wait",
            "[method]event.cancel",
            "[method]resident.send",
            "[method]resident.receive",
            "[method]resident.pause",
            "[method]resident.resume",
            "[method]resident.stop",
            "[method]resident.stats",
        ],
    ),
];

/// How what a component names stands to the contract of this host.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// This host has it.
    Here,
    /// Only a newer contract has it.
    Newer,
    /// Only an older contract had it.
    Older,
    /// No contract has it that is known here.
    Unknown,
}

/// How an interface stands, by its name alone; `None` if it is not of the contract.
pub(super) fn age(name: &str) -> Option<Age> {
    let (_, version) = name.strip_prefix(PACKAGE)?.split_once('@').unzip();
    let Some(version) = version.and_then(|version| Version::parse(version).ok()) else {
        return Some(Age::Unknown);
    };
    Some(if is_compatible(&version) {
        Age::Here
    } else if version > HERE {
        Age::Newer
    } else {
        Age::Older
    })
}

/// Whether a name is that of this interface of the contract, of a version that this host has.
pub(super) fn is(name: &str, interface: &str) -> bool {
    let names = |name: &str| Some(name.strip_prefix(PACKAGE)?.split_once('@')?.0 == interface);
    age(name) == Some(Age::Here) && names(name) == Some(true)
}

/// What an import of the contract asks for: each with how it stands, and by its name.
pub(super) fn asked(import: &str, item: &ComponentItem, engine: &Engine) -> Vec<(Age, String)> {
    let age = age(import).unwrap_or(Age::Unknown);
    if age != Age::Here {
        return vec![(age, import.to_owned())];
    }
    let name = import.strip_prefix(PACKAGE).unwrap_or_default();
    let (interface, version) = name.split_once('@').unwrap_or_default();
    // A version that differs in its last number may have more in it than this one.
    let lacking = || match Version::parse(version) {
        Ok(version) if version > HERE => Age::Newer,
        _ => Age::Unknown,
    };
    let known = INTERFACES.iter().find(|(name, _)| *name == interface);
    let Some((_, known)) = known else {
        return vec![(lacking(), import.to_owned())];
    };
    let mut asked = vec![(Age::Here, import.to_owned())];
    if let ComponentItem::ComponentInstance(instance) = item {
        for (function, export) in instance.exports(engine) {
            let is_function = matches!(export.ty, ComponentItem::ComponentFunc(_));
            if is_function && !known.contains(&function) {
                asked.push((lacking(), format!("{function} of {}", bounded(import))));
            }
        }
    }
    asked
}

/// Whether a kernel of this version can run here, if it asks for nothing that is missing.
fn is_compatible(version: &Version) -> bool {
    VersionReq::parse(&HERE.to_string()).is_ok_and(|here| here.matches(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_differ_in_their_last_number_go_together() {
        for (name, expected) in [
            ("ring:kernel/log@0.1.0", Some(Age::Here)),
            ("ring:kernel/log@0.1.7", Some(Age::Here)),
            ("ring:kernel/compute@0.1.0", Some(Age::Here)),
            ("ring:kernel/log@0.2.0", Some(Age::Newer)),
            ("ring:kernel/log@1.0.0", Some(Age::Newer)),
            ("ring:kernel/log@0.1.1-rc1", Some(Age::Newer)),
            ("ring:kernel/log@0.0.9", Some(Age::Older)),
            ("ring:kernel/log@0.1.0-rc1", Some(Age::Older)),
            ("ring:kernel/log@soon", Some(Age::Unknown)),
            ("ring:kernel/log", Some(Age::Unknown)),
            ("wasi:cli/run@0.2.0", None),
            ("run", None),
        ] {
            assert_eq!(age(name), expected, "{name}");
        }
    }

    #[test]
    fn an_interface_is_known_by_its_name_without_the_version() {
        assert!(is("ring:kernel/state@0.1.3", "state"));
        for other in [
            "ring:kernel/state@0.2.0",
            "ring:kernel/states@0.1.0",
            "other:kernel/state@0.1.0",
            "ring:kernel/state",
        ] {
            assert!(!is(other, "state"), "{other}");
        }
    }
}
