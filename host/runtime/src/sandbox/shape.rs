//! The shapes of a kernel, told by a component's type.

use super::shown::bounded;
use super::version;
use serde::{Deserialize, Serialize};
use std::fmt;
use wasmtime::Engine;
use wasmtime::component::types::{Component, ComponentFunc, ComponentItem, Type};

/// What a loop exports.
const RUN: &str = "run: func() -> result<_, string>";

/// What a handler exports.
const HANDLE: &str = "handle: func(messages: list<message>) -> result<list<outgoing>, string>";

/// The interface that a handler can export beside it.
const STATE: &str = "state";

/// What a program with a main function exports.
const PROGRAM: &str = "wasi:cli/run@";

/// What of the contract only a loop can use.
const RECEIVING: (&str, [&str; 4]) = (
    "messaging",
    ["receive", "receive-batch", "exchange", "advance"],
);

/// How a kernel comes to its messages: the world of the contract that it is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// It exports `run`, in which it receives them.
    Loop,
    /// It exports `handle`, which the host calls with them.
    Handler,
    /// So does this one, and its state can be taken out and put in.
    StatefulHandler,
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Loop => "loop",
            Self::Handler => "handler",
            Self::StatefulHandler => "handler with state",
        })
    }
}

/// The shape of a component, and what keeps it from being of one.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// `None` if it exports neither shape's function, or both.
    pub(super) shape: Option<Shape>,
    /// What it would have to export.
    pub(super) missing: Vec<String>,
    /// What does not go together, and what to do.
    pub(super) conflicts: Vec<String>,
}

impl Outline {
    pub(super) fn of(component: &Component, engine: &Engine) -> Self {
        let mut outline = Self::default();
        let export = |name| component.get_export(engine, name).map(|export| export.ty);
        let state = component
            .exports(engine)
            .find(|(name, _)| version::is(name, STATE));
        match (export("run"), export("handle")) {
            (None, None) => {
                let either = format!("{RUN} (a loop) or {HANDLE} (a handler)");
                outline.missing.push(either);
                outline.refuse_programs(component, engine);
            }
            (Some(_), Some(_)) => outline.conflict(
                "it exports both run and handle; leave out handle if it is a loop that receives, \
                 run if the host is to call it with messages",
            ),
            (Some(run), None) => {
                outline.shape = Some(Shape::Loop);
                outline.require_type(&run, is_run, RUN);
                if let Some((name, _)) = state {
                    let name = bounded(name);
                    outline.conflict(&format!(
                        "it exports {name}, which is never called in a loop; export handle \
                         instead of run, or leave it out"
                    ));
                }
            }
            (None, Some(handle)) => {
                outline.require_type(&handle, is_handle, HANDLE);
                outline.shape = Some(match state {
                    None => Shape::Handler,
                    Some((_, state)) => {
                        outline.require(
                            has(&state.ty, "snapshot", is_snapshot, engine),
                            "snapshot: func() -> result<list<u8>, string> in ring:kernel/state",
                        );
                        outline.require(
                            has(&state.ty, "restore", is_restore, engine),
                            "restore: func(state: list<u8>) -> result<_, string> in ring:kernel/state",
                        );
                        Shape::StatefulHandler
                    }
                });
                outline.refuse_receiving(component, engine);
            }
        }
        outline
    }

    fn require_type(&mut self, export: &ComponentItem, is_right: IsFunction, expected: &str) {
        if !is_function(export, is_right) {
            let name = expected.split(':').next().unwrap_or_default();
            self.conflict(&format!("it exports {name}, but not as {expected}"));
        }
    }

    /// Such a one is run once, by another host, and receives nothing.
    fn refuse_programs(&mut self, component: &Component, engine: &Engine) {
        let mut exports = component.exports(engine);
        if exports.any(|(name, _)| name.starts_with(PROGRAM)) {
            self.conflict(
                "it is a program with a main function, where a kernel is a library with one of \
                 these two",
            );
        }
    }

    fn require(&mut self, is_there: bool, export: &str) {
        if !is_there {
            self.missing.push(export.to_owned());
        }
    }

    fn conflict(&mut self, text: &str) {
        self.conflicts.push(text.to_owned());
    }

    /// A handler that waited for messages would have a stack while it waits, and be called with
    /// others.
    fn refuse_receiving(&mut self, component: &Component, engine: &Engine) {
        let (interface, functions) = RECEIVING;
        let imports = component.imports(engine);
        for (name, import) in imports.filter(|(name, _)| version::is(name, interface)) {
            let ComponentItem::ComponentInstance(imported) = import.ty else {
                continue;
            };
            let receives = |function: &&str| imported.get_export(engine, function).is_some();
            for function in functions.iter().filter(|function| receives(function)) {
                let name = bounded(name);
                self.conflict(&format!(
                    "it exports handle and imports {function} of {name}; the host calls a \
                     handler with its messages, so import ring:kernel/sending@0.1.0 instead, or \
                     export run"
                ));
            }
            // One is enough to tell, of however many versions.
            if !self.conflicts.is_empty() {
                return;
            }
        }
    }
}

type IsFunction = fn(&[Type], &Type) -> bool;

fn has(interface: &ComponentItem, name: &str, is_right: IsFunction, engine: &Engine) -> bool {
    match interface {
        ComponentItem::ComponentInstance(interface) => interface
            .get_export(engine, name)
            .is_some_and(|function| is_function(&function.ty, is_right)),
        _ => false,
    }
}

/// Whether it is a function of the right parameters and the right result.
fn is_function(item: &ComponentItem, is_right: IsFunction) -> bool {
    let ComponentItem::ComponentFunc(function) = item else {
        return false;
    };
    let mut results = function.results();
    match (results.next(), results.next()) {
        (Some(result), None) => is_right(&parameters(function), &result),
        _ => false,
    }
}

fn parameters(function: &ComponentFunc) -> Vec<Type> {
    function.params().map(|(_, ty)| ty).collect()
}

fn is_run(parameters: &[Type], result: &Type) -> bool {
    parameters.is_empty() && is_result(result, |ok| ok.is_none())
}

fn is_handle(parameters: &[Type], result: &Type) -> bool {
    matches!(parameters, [messages] if is_list(messages, is_message))
        && is_result(result, |ok| ok.is_some_and(|ok| is_list(&ok, is_outgoing)))
}

fn is_snapshot(parameters: &[Type], result: &Type) -> bool {
    parameters.is_empty() && is_result(result, |ok| ok.is_some_and(|ok| is_bytes(&ok)))
}

fn is_restore(parameters: &[Type], result: &Type) -> bool {
    matches!(parameters, [state] if is_bytes(state)) && is_result(result, |ok| ok.is_none())
}

type IsType = fn(&Type) -> bool;

/// Whether it is a result with a text for an error.
fn is_result(ty: &Type, is_ok: impl Fn(Option<Type>) -> bool) -> bool {
    matches!(ty, Type::Result(result) if result.err() == Some(Type::String) && is_ok(result.ok()))
}

fn is_list(ty: &Type, is_element: IsType) -> bool {
    matches!(ty, Type::List(list) if is_element(&list.ty()))
}

fn is_bytes(ty: &Type) -> bool {
    is_list(ty, |element| *element == Type::U8)
}

fn is_option(ty: &Type, is_some: IsType) -> bool {
    matches!(ty, Type::Option(option) if is_some(&option.ty()))
}

fn is_number(ty: &Type) -> bool {
    *ty == Type::U64
}

fn is_priority(ty: &Type) -> bool {
    matches!(ty, Type::Enum(bands) if bands.names().eq(["low", "normal", "high", "urgent"]))
}

fn is_message(ty: &Type) -> bool {
    is_record(
        ty,
        &[
            ("id", is_number),
            ("correlation", is_number),
            ("priority", is_priority),
            ("payload", is_bytes),
        ],
    )
}

fn is_outgoing(ty: &Type) -> bool {
    is_record(
        ty,
        &[
            ("payload", is_bytes),
            ("correlation", |ty| is_option(ty, is_number)),
            ("priority", |ty| is_option(ty, is_priority)),
        ],
    )
}

fn is_record(ty: &Type, fields: &[(&str, IsType)]) -> bool {
    let Type::Record(record) = ty else {
        return false;
    };
    record.fields().len() == fields.len()
        && record
            .fields()
            .zip(fields)
            .all(|(field, (name, is_right))| field.name == *name && is_right(&field.ty))
}
