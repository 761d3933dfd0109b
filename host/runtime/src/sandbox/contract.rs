//! Checks a component against the contract, by its type alone: none of its code has run.

use super::grants::Want;
use super::shape::{Outline, Shape};
use super::shown::some;
use serde::{Deserialize, Serialize};
use std::fmt;
use wasmtime::Engine;
use wasmtime::component::Component;

/// The interfaces of the contract that a kernel may import.
const RING_KERNEL: [&str; 5] = [
    "ring:kernel/types@0.1.0",
    "ring:kernel/lifecycle@0.1.0",
    "ring:kernel/messaging@0.1.0",
    "ring:kernel/sending@0.1.0",
    "ring:kernel/log@0.1.0",
];

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
    /// What it imports that this host does not have.
    pub unknown_imports: Vec<String>,
    /// What it would have to export.
    pub missing_exports: Vec<String>,
    /// What does not go together, each in a sentence.
    pub conflicts: Vec<String>,
}

impl fmt::Display for ContractError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reasons = Vec::new();
        if !self.unknown_imports.is_empty() {
            let unknown = some(&self.unknown_imports);
            reasons.push(format!(
                "it imports what no host of kernels has ({unknown})"
            ));
        }
        if !self.missing_exports.is_empty() {
            let missing = self.missing_exports.join(", ");
            reasons.push(format!("it does not export {missing}"));
        }
        reasons.extend(self.conflicts.iter().cloned());
        write!(
            formatter,
            "the component is not a kernel of a world of ring:kernel@0.1.0: {}; build it against \
             wit/ring-kernel.wit",
            reasons.join(", and ")
        )
    }
}

impl Needs {
    /// Reads them off a component's type.
    pub(crate) fn of(component: &Component, engine: &Engine) -> Self {
        let component = component.component_type();
        let mut needs = Self::default();
        for (name, import) in component.imports(engine) {
            Want::add(&mut needs.wants, name, &import.ty, engine);
            let list = if RING_KERNEL.contains(&name) {
                &mut needs.ring_kernel
            } else if is_wasi(name) {
                &mut needs.wasi
            } else {
                &mut needs.unknown
            };
            list.push(name.to_owned());
        }
        needs.exports = component
            .exports(engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        let outline = Outline::of(&component, engine);
        needs.shape = outline.shape;
        needs.missing = outline.missing;
        needs.conflicts = outline.conflicts;
        needs
    }

    /// # Errors
    /// If a host of kernels cannot run such a component.
    pub fn check(&self) -> Result<(), ContractError> {
        if self.unknown.is_empty() && self.missing.is_empty() && self.conflicts.is_empty() {
            return Ok(());
        }
        Err(ContractError {
            unknown_imports: self.unknown.clone(),
            missing_exports: self.missing.clone(),
            conflicts: self.conflicts.clone(),
        })
    }
}

fn is_wasi(import: &str) -> bool {
    import.contains("@0.2.") && WASI.iter().any(|package| import.starts_with(package))
}
