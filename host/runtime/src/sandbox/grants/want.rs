//! What a component wants to be granted, by what it imports.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;

/// Something that a kernel can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Grant {
    /// The contract's log.
    Log,
    /// The clocks.
    Clocks,
    /// Random bytes.
    Random,
    /// Variables of the environment.
    Environment,
    /// Folders.
    Folders,
    /// Outgoing connections by TCP.
    Network,
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Log => "log",
            Self::Clocks => "clocks",
            Self::Random => "random",
            Self::Environment => "environment",
            Self::Folders => "folders",
            Self::Network => "network",
        })
    }
}

impl Grant {
    /// What gives this import, if it takes a grant.
    fn of(import: &str) -> Option<Self> {
        let interface = import.split('@').next().unwrap_or(import);
        match interface {
            "ring:kernel/log" => return Some(Self::Log),
            "wasi:cli/environment" => return Some(Self::Environment),
            _ => {}
        }
        match interface.split('/').next() {
            Some("wasi:clocks") => Some(Self::Clocks),
            Some("wasi:random") => Some(Self::Random),
            Some("wasi:filesystem") => Some(Self::Folders),
            Some("wasi:sockets") => Some(Self::Network),
            // What is left gives nothing: streams, which are of something; standard output, which
            // is the log; an input that is closed; the kernel's own end.
            _ => None,
        }
    }

    /// The line under `[grants]` in a manifest that grants it, with an example where it has to name
    /// something.
    pub fn line(self) -> &'static str {
        match self {
            Self::Log => "log = true",
            Self::Clocks => "clocks = true",
            Self::Random => r#"random = "system""#,
            Self::Environment => r#"environment = ["LANG"]"#,
            Self::Folders => {
                r#"folders = [{ host = "/srv/data", guest = "/data", access = "read" }]"#
            }
            Self::Network => r#"network = ["example.org:443"]"#,
        }
    }
}

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

impl fmt::Display for UngrantedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the component imports what it is not granted: ")?;
        for Want { grant, imports } in &self.wants {
            write!(
                formatter,
                "{}, which the line {} under [grants] in its manifest gives; ",
                some(imports),
                grant.line()
            )?;
        }
        formatter.write_str("or the line empty_world = true there answers all of it with nothing")
    }
}

/// The first few, and how many more there are.
pub(in crate::sandbox) fn some(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<_> = names.iter().take(SHOWN).map(|name| bounded(name)).collect();
    let shown = shown.join(", ");
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

/// A name as it is shown, for a component can choose names of any length.
fn bounded(name: &str) -> Cow<'_, str> {
    const SHOWN: usize = 100;
    match name.char_indices().nth(SHOWN) {
        None => name.into(),
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()).into(),
    }
}
