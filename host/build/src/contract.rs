//! The contract, and which of its worlds a module is made for.

use anyhow::{Result, bail};
use std::collections::HashSet;
use wasmparser::{Parser, Payload};
use wit_parser::{Resolve, WorldId};

/// The contract, as a kernel's author reads it.
pub(crate) const TEXT: &str = include_str!("../../../wit/ring-kernel.wit");

/// What the export of a handler's state is called in a core module.
const SNAPSHOT: &str = "ring:kernel/state@0.1.0#snapshot";

/// A world for what only logs.
const LOGGING: &str = "package ringhost:build; world logging { import ring:kernel/log@0.1.0; }";

/// A world of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    Kernel,
    Handler,
    StatefulHandler,
}

impl World {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Handler => "handler",
            Self::StatefulHandler => "stateful-handler",
        }
    }

    /// The contract with this world in it.
    pub(crate) fn resolve(self) -> Result<(Resolve, WorldId)> {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("ring-kernel.wit", TEXT)?;
        let world = resolve.select_world(&[package], Some(self.name()))?;
        Ok((resolve, world))
    }

    /// The world for which a core module is made, by what it exports.
    ///
    /// # Errors
    /// If it is for none.
    pub(crate) fn of(module: &[u8]) -> Result<Self> {
        let exports = exports(module)?;
        match (exports.contains("run"), exports.contains("handle")) {
            (true, false) => Ok(Self::Kernel),
            (false, true) if exports.contains(SNAPSHOT) => Ok(Self::StatefulHandler),
            (false, true) => Ok(Self::Handler),
            (true, true) => {
                bail!("it exports both `run` and `handle`; a kernel is a loop or a handler")
            }
            (false, false) => {
                bail!(
                    "it exports neither `run` (a loop) nor `handle` (a handler), as a kernel does"
                )
            }
        }
    }
}

/// The contract, and a world in which there is its log and nothing else.
pub(crate) fn logging() -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    resolve.push_str("ring-kernel.wit", TEXT)?;
    let package = resolve.push_str("logging.wit", LOGGING)?;
    let world = resolve.select_world(&[package], Some("logging"))?;
    Ok((resolve, world))
}

fn exports(module: &[u8]) -> Result<HashSet<&str>> {
    let mut names = HashSet::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload? {
            for export in section {
                names.insert(export?.name);
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world_of(text: &str) -> Result<World> {
        World::of(&wat::parse_str(text).unwrap())
    }

    #[test]
    fn a_module_is_for_the_world_whose_exports_it_has() {
        let worlds = [
            (r#"(module (func (export "run")))"#, World::Kernel),
            (r#"(module (func (export "handle")))"#, World::Handler),
            (
                r#"(module (func (export "handle"))
                    (func (export "ring:kernel/state@0.1.0#snapshot")))"#,
                World::StatefulHandler,
            ),
        ];
        for (text, world) in worlds {
            assert_eq!(world_of(text).unwrap(), world);
            assert!(world.resolve().is_ok());
        }
    }

    #[test]
    fn a_module_that_is_for_none_is_told_why() {
        let error = world_of("(module)").unwrap_err().to_string();
        assert!(error.contains("neither `run`"), "{error}");
        let both = r#"(module (func (export "run")) (func (export "handle")))"#;
        let error = world_of(both).unwrap_err().to_string();
        assert!(error.contains("both `run` and `handle`"), "{error}");
    }
}
