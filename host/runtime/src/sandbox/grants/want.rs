//! What a component wants to be granted, by what it imports.

use super::Grant;
use crate::sandbox::shown::first;
use serde::{Deserialize, Serialize};
use std::fmt;
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;

/// Something that a component wants to be granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// What it is.
    pub grant: Grant,
    /// The imports that want it.
    pub imports: Vec<String>,
}

impl Want {
    /// Adds what an import wants. One that has nothing to call wants nothing: it names the types
    /// that other interfaces use.
    pub(in crate::sandbox) fn add(
        wants: &mut Vec<Self>,
        import: &str,
        item: &ComponentItem,
        engine: &Engine,
    ) {
        let Some(grant) = Grant::of(import).filter(|_| can_be_called(item, engine)) else {
            return;
        };
        let import = import.to_owned();
        match wants.iter_mut().find(|want| want.grant == grant) {
            Some(want) => want.imports.push(import),
            None => wants.push(Self {
                grant,
                imports: vec![import],
            }),
        }
        wants.sort_by_key(|want| want.grant);
    }
}

fn can_be_called(item: &ComponentItem, engine: &Engine) -> bool {
    let ComponentItem::ComponentInstance(instance) = item else {
        return true;
    };
    instance.exports(engine).any(|(_, export)| {
        !matches!(
            export.ty,
            ComponentItem::Type(_) | ComponentItem::Resource(_)
        )
    })
}

/// A component that wants what it was not granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UngrantedError {
    /// All that it wants and was not granted.
    pub wants: Vec<Want>,
}

/// A component that wants so much has an engine in it that imports all that it could ever call.
const AN_ENGINES: usize = 4;

impl fmt::Display for UngrantedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_an_engines = self.wants.len() >= AN_ENGINES;
        formatter.write_str("the component imports what it is not granted: ")?;
        for Want { grant, imports } in &self.wants {
            formatter.write_str(&first(imports, if is_an_engines { 1 } else { 3 }))?;
            if !is_an_engines {
                write!(formatter, ", as {} do", grant.causes())?;
            }
            write!(formatter, " ({}); ", grant.line())?;
        }
        formatter.write_str(
            "the line in brackets under [grants] in its manifest grants it, empty_world = true \
             there answers all of it with nothing",
        )?;
        if is_an_engines {
            formatter.write_str(
                "; Go's runtime and the engines of JavaScript and Python import all of it, \
                 whatever a kernel calls: `ringhost build` leaves it out, as --stub-wasi of \
                 componentize-py and componentize-qjs does",
            )?;
        }
        Ok(())
    }
}
