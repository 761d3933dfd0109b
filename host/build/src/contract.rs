//! The contract, and which of its worlds a module is made for.

use anyhow::{Result, bail};
use wasmparser::{Parser, Payload};
use wit_parser::{Resolve, WorldId};

/// The contract, as a kernel's author reads it.
pub(crate) const TEXT: &str = include_str!("../../../wit/ring-kernel.wit");

/// What the export of a handler's state is called in a component, and in a core module.
const STATE: &str = "ring:kernel/state@0.1.0";
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
        resolve(self.name())
    }

    /// The name of the world that has compute beside what this one imports.
    pub(crate) fn name_with_compute(self) -> &'static str {
        match self {
            Self::Kernel => "compute-kernel",
            Self::Handler => "compute-handler",
            Self::StatefulHandler => "stateful-compute-handler",
        }
    }

    /// The contract with that world in it. What a module does not import of a world, its component does not
    /// either.
    pub(crate) fn resolve_with_compute(self) -> Result<(Resolve, WorldId)> {
        resolve(self.name_with_compute())
    }

    /// The world for which a module or a component is made, by what it exports.
    ///
    /// # Errors
    /// If it is for none.
    pub(crate) fn of(wasm: &[u8]) -> Result<Self> {
        let exports = exports(wasm)?;
        let has = |name| exports.contains(&name);
        match (has("run"), has("handle")) {
            (true, false) => Ok(Self::Kernel),
            (false, true) if exports.iter().any(|name| is_state(name)) => Ok(Self::StatefulHandler),
            (false, true) => Ok(Self::Handler),
            (true, true) => {
                bail!("it exports both `run` and `handle`; a kernel is a loop or a handler")
            }
            (false, false) => bail!(
                "it exports {}, and neither `run` (a loop) nor `handle` (a handler), as a kernel \
                 does{}; `ringhost new` begins one in your language",
                shown(&exports),
                if exports.iter().any(|name| is_main(name)) {
                    ": it is a program with a main function, where a kernel is a library (C: \
                     -mexec-model=reactor, Go: -buildmode=c-shared, Rust: crate-type cdylib)"
                } else {
                    ""
                }
            ),
        }
    }
}

/// Whether this is how a handler's state is exported.
fn is_state(export: &str) -> bool {
    export == SNAPSHOT || export == STATE
}

/// Whether this is how a program's main function is exported.
fn is_main(export: &str) -> bool {
    export == "_start" || export.starts_with("wasi:cli/run@")
}

/// The first few names.
fn shown(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let first: Vec<_> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    match (first.is_empty(), names.len() > SHOWN) {
        (true, _) => "nothing".to_owned(),
        (false, false) => first.join(", "),
        (false, true) => first.join(", ") + " and more",
    }
}

fn resolve(name: &str) -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("ring-kernel.wit", TEXT)?;
    let world = resolve.select_world(&[package], Some(name))?;
    Ok((resolve, world))
}

/// The contract, and a world in which there is its log and nothing else.
pub(crate) fn logging() -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    resolve.push_str("ring-kernel.wit", TEXT)?;
    let package = resolve.push_str("logging.wit", LOGGING)?;
    let world = resolve.select_world(&[package], Some("logging"))?;
    Ok((resolve, world))
}

/// What a module or a component exports, and not what lies in it.
fn exports(wasm: &[u8]) -> Result<Vec<&str>> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ExportSection(section) if depth == 0 => {
                for export in section {
                    names.push(export?.name);
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    names.push(export?.name.name);
                }
            }
            _ => {}
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
    fn so_is_a_component_and_not_by_what_lies_in_it() {
        let inner = r#"(core module (func (export "run")))"#;
        let state = r#"(instance $state) (export "ring:kernel/state@0.1.0" (instance $state))"#;
        let handle = r#"(instance $handle) (export "handle" (instance $handle))"#;
        let text = format!("(component {inner} {handle} {state})");
        assert_eq!(world_of(&text).unwrap(), World::StatefulHandler);
        let error = world_of(&format!("(component {inner})")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("it exports nothing, and neither"),
            "{error}"
        );
    }

    #[test]
    fn a_module_that_is_for_none_is_told_why() {
        let error = world_of("(module)").unwrap_err().to_string();
        assert!(
            error.contains("it exports nothing, and neither `run`"),
            "{error}"
        );
        let program = r#"(module (func (export "_start")) (memory (export "memory") 1))"#;
        let error = world_of(program).unwrap_err().to_string();
        assert!(
            error.contains("it exports `_start`, `memory`, and neither"),
            "{error}"
        );
        assert!(error.contains("a program with a main function"), "{error}");
        let both = r#"(module (func (export "run")) (func (export "handle")))"#;
        let error = world_of(both).unwrap_err().to_string();
        assert!(error.contains("both `run` and `handle`"), "{error}");
    }
}
