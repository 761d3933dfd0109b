//! Checks a component against the contract, by its type alone: none of its code has run.

use super::grants::Want;
use super::shape::{Outline, Shape};
use super::shown::some;
use super::version::{self, Age};
use serde::{Deserialize, Serialize};
use std::fmt;
use wasmtime::Engine;
use wasmtime::component::Component;

/// The packages of WASI 0.2 that a kernel may import, where it is granted what they give.
const WASI: [&str; 6] = [
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// What a component imports and exports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// How it comes to its messages; `None` if it is of no shape of the contract, or of both.
    pub shape: Option<Shape>,
    /// Interfaces of the ring kernel contract.
    pub ring_kernel: Vec<String>,
    /// Interfaces of WASI 0.2.
    pub wasi: Vec<String>,
    /// What it must be granted to be launched, unless it is launched into an empty world.
    pub wants: Vec<Want>,
    /// Imports that this host does not have.
    pub unknown: Vec<String>,
    /// What it imports or exports of a newer contract than this host's.
    pub newer: Vec<String>,
    /// What it imports or exports of an older contract, which this host has no more.
    pub older: Vec<String>,
    /// What it exports.
    pub exports: Vec<String>,
    /// What the contract asks for and it does not export.
    pub missing: Vec<String>,
    /// What of it does not go together in a kernel, each in a sentence.
    pub conflicts: Vec<String>,
}

/// A component for another world.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ContractError {
    /// What it imports and exports, and what of that does not fit.
    pub needs: Box<Needs>,
}

impl fmt::Display for ContractError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the component is not a kernel of a world of ring:kernel@0.1.0: {}; {}",
            self.reasons().join(", and "),
            self.remedy()
        )
    }
}

impl ContractError {
    fn reasons(&self) -> Vec<String> {
        let needs = &self.needs;
        let mut reasons = Vec::new();
        for (age, names) in [("a newer", &needs.newer), ("an older", &needs.older)] {
            if !names.is_empty() {
                let names = some(names);
                reasons.push(format!("it is made for {age} contract ({names})"));
            }
        }
        if !needs.unknown.is_empty() {
            let unknown = some(&needs.unknown);
            reasons.push(format!(
                "it imports what no host of kernels has ({unknown})"
            ));
        }
        if !needs.missing.is_empty() {
            let missing = needs.missing.join(", ");
            let exports = match needs.exports.as_slice() {
                [] => "nothing".to_owned(),
                exports => some(exports),
            };
            reasons.push(format!("it exports {exports} and lacks {missing}"));
        }
        reasons.extend(needs.conflicts.iter().cloned());
        reasons
    }

    /// What is to be done, by what most likely led here.
    fn remedy(&self) -> &'static str {
        let needs = &self.needs;
        if !needs.newer.is_empty() {
            "use a newer ringhost, or build it with the SDK of this one"
        } else if !needs.older.is_empty() {
            "build it with the SDK of this ringhost"
        } else {
            "build it with `ringhost build`, or against wit/ring-kernel.wit; `ringhost new` begins \
             one in your language"
        }
    }
}

impl Needs {
    /// Reads them off a component's type.
    pub(crate) fn of(component: &Component, engine: &Engine) -> Self {
        let component = component.component_type();
        let mut needs = Self::default();
        for (name, import) in component.imports(engine) {
            Want::add(&mut needs.wants, name, &import.ty, engine);
            if version::age(name).is_some() {
                for (age, asked) in version::asked(name, &import.ty, engine) {
                    needs.of_age(age).push(asked);
                }
            } else if is_wasi(name) {
                needs.wasi.push(name.to_owned());
            } else {
                needs.unknown.push(name.to_owned());
            }
        }
        for (name, _) in component.exports(engine) {
            if let Some(age @ (Age::Newer | Age::Older)) = version::age(name) {
                needs.of_age(age).push(name.to_owned());
            }
            needs.exports.push(name.to_owned());
        }
        let outline = Outline::of(&component, engine);
        needs.shape = outline.shape;
        needs.missing = outline.missing;
        needs.conflicts = outline.conflicts;
        needs
    }

    /// Where what is named of the contract belongs.
    fn of_age(&mut self, age: Age) -> &mut Vec<String> {
        match age {
            Age::Here => &mut self.ring_kernel,
            Age::Newer => &mut self.newer,
            Age::Older => &mut self.older,
            Age::Unknown => &mut self.unknown,
        }
    }

    /// # Errors
    /// If a host of kernels cannot run such a component.
    pub fn check(&self) -> Result<(), ContractError> {
        let faults = [
            &self.unknown,
            &self.newer,
            &self.older,
            &self.missing,
            &self.conflicts,
        ];
        if faults.into_iter().all(Vec::is_empty) {
            return Ok(());
        }
        Err(ContractError {
            needs: Box::new(self.clone()),
        })
    }
}

fn is_wasi(import: &str) -> bool {
    import.contains("@0.2.") && WASI.iter().any(|package| import.starts_with(package))
}
