//! `messages.py`: a dataclass for each record and case.

use super::definitions::Definition;
use super::words::escaped;
use ringhost_schema::{Member, Type};

/// Python's keywords, and what the classes of the SDK have names for.
const KEPT: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield", "self", "decode", "encode",
];

pub(super) fn write(definitions: &[Definition<'_>]) -> String {
    let mut text = String::from(
        "\"\"\"Made from messages.json by ``ringhost build``.\"\"\"\n\n\
         from __future__ import annotations\n\n\
         from dataclasses import dataclass as _dataclass\n\n\
         from ringhost import typed as _typed\n",
    );
    for Definition { name, shape } in definitions {
        let name = escaped(name, KEPT);
        text.push_str("\n\n");
        match shape {
            Type::Record { fields, .. } => {
                text.push_str(&class(&name, "Record", &members(fields), ""));
            }
            Type::Variant { cases, .. } => {
                text.push_str(&format!("class {name}(_typed.Variant):\n"));
                let cases: Vec<_> = cases.iter().map(case).collect();
                text.push_str(&cases.join("\n"));
            }
            other => {
                text.push_str(&format!("# {}\n", hint(other)));
                text.push_str(&format!(
                    "{name} = _typed.Side({name:?}, {})\n",
                    wire(other)
                ));
            }
        }
    }
    text
}

/// A field: its name in messages and in Python, what it is in Python, and on the wire.
type Field = (String, String, String, String);

fn members(members: &[Member]) -> Vec<Field> {
    let field = |member: &Member| {
        (
            member.name.clone(),
            escaped(&member.name, KEPT),
            hint(&member.shape),
            wire(&member.shape),
        )
    };
    members.iter().map(field).collect()
}

fn case(case: &Member) -> String {
    let name = escaped(&case.name, KEPT);
    match &case.shape {
        Type::Unit => class(&name, "Case", &[], "    "),
        // The case's own fields, as in the source of most languages.
        Type::Record {
            name: record,
            fields,
        } if *record == case.name => class(&name, "Case", &members(fields), "    "),
        one => {
            let (hint, wire) = (hint(one), wire(one));
            format!(
                "    @_dataclass\n    class {name}(_typed.Case):\n        value: {hint}\n\n        \
                 __wire__ = {wire}\n"
            )
        }
    }
}

fn class(name: &str, base: &str, fields: &[Field], indent: &str) -> String {
    let mut text = format!("{indent}@_dataclass\n{indent}class {name}(_typed.{base}):\n");
    for (_, name, hint, _) in fields {
        text.push_str(&format!("{indent}    {name}: {hint}\n"));
    }
    let wires = fields
        .iter()
        .map(|(name, _, _, wire)| format!("{name:?}: {wire}"));
    let wires = wires.collect::<Vec<_>>().join(", ");
    if !fields.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!("{indent}    __wire__ = {{{wires}}}\n"));
    text
}

/// What a value is in Python.
fn hint(shape: &Type) -> String {
    match shape {
        Type::Bool => "bool".into(),
        Type::F32 | Type::F64 => "float".into(),
        Type::Char | Type::String => "str".into(),
        Type::Bytes => "bytes".into(),
        Type::Unit => "None".into(),
        Type::Option(inner) if is_none(inner) => "_typed.Some | None".into(),
        Type::Option(inner) => format!("{} | None", hint(inner)),
        Type::List(element) => format!("list[{}]", hint(element)),
        Type::Tuple(parts) => match parts.as_slice() {
            [] => "tuple[()]".into(),
            parts => format!("tuple[{}]", joined(parts, hint)),
        },
        Type::Map { key, value } if is_key(key) => format!("dict[{}, {}]", hint(key), hint(value)),
        Type::Map { key, value } => format!("list[tuple[{}, {}]]", hint(key), hint(value)),
        Type::Record { name, .. } | Type::Variant { name, .. } => escaped(name, KEPT),
        _ => "int".into(),
    }
}

/// What describes it to the SDK.
fn wire(shape: &Type) -> String {
    match shape {
        Type::Option(inner) => format!("_typed.Option({})", wire(inner)),
        Type::List(element) => format!("_typed.List({})", wire(element)),
        Type::Tuple(parts) => format!("_typed.Tuple({})", joined(parts, wire)),
        Type::Map { key, value } => {
            let kind = if is_key(key) { "Map" } else { "Pairs" };
            format!("_typed.{kind}({}, {})", wire(key), wire(value))
        }
        Type::Record { name, .. } | Type::Variant { name, .. } => escaped(name, KEPT),
        scalar => format!("_typed.{}", scalar.to_string().to_uppercase()),
    }
}

fn joined(parts: &[Type], part: fn(&Type) -> String) -> String {
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// Whether its values can be `None`, so that an option of it has to say which is meant.
fn is_none(shape: &Type) -> bool {
    matches!(shape, Type::Unit | Type::Option(_))
}

/// Whether its values can be keys of a dictionary.
fn is_key(shape: &Type) -> bool {
    match shape {
        Type::Option(inner) => is_key(inner),
        Type::Tuple(parts) => parts.iter().all(is_key),
        Type::List(_) | Type::Map { .. } | Type::Record { .. } | Type::Variant { .. } => false,
        _ => true,
    }
}
