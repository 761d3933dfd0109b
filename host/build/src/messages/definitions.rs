//! What is to be generated: each type that has a name, after those that it is made of.

use anyhow::{Result, ensure};
use ringhost_schema::{Member, Messages, Type};

/// A type that an author can name in a kernel.
#[derive(Debug)]
pub(super) struct Definition<'a> {
    /// The name of a record or variant; `Input` or `Output` where a side is neither.
    pub(super) name: &'a str,
    /// What it is. A record or variant has its own name, anything else is given this one.
    pub(super) shape: &'a Type,
}

/// The types of a declaration that have names, each once, after those that it is made of.
///
/// # Errors
/// If two that differ have one name.
pub(super) fn definitions(messages: &Messages) -> Result<Vec<Definition<'_>>> {
    let mut definitions = Vec::new();
    for (name, side) in [("Input", &messages.input), ("Output", &messages.output)] {
        let Some(shape) = side else { continue };
        collect(shape, &mut definitions)?;
        if !matches!(shape, Type::Record { .. } | Type::Variant { .. }) {
            add(Definition { name, shape }, &mut definitions)?;
        }
    }
    Ok(definitions)
}

fn collect<'a>(shape: &'a Type, definitions: &mut Vec<Definition<'a>>) -> Result<()> {
    for part in parts(shape) {
        collect(part, definitions)?;
    }
    match shape {
        Type::Record { name, .. } | Type::Variant { name, .. } => {
            add(Definition { name, shape }, definitions)
        }
        _ => Ok(()),
    }
}

fn add<'a>(definition: Definition<'a>, definitions: &mut Vec<Definition<'a>>) -> Result<()> {
    let name = definition.name;
    let Some(before) = definitions.iter().find(|before| before.name == name) else {
        definitions.push(definition);
        return Ok(());
    };
    ensure!(
        before.shape == definition.shape,
        "two types that differ are called {name:?}: {} and {}: give one of them another name (what \
         records and variants are called does not count between kernels)",
        before.shape,
        definition.shape
    );
    Ok(())
}

/// What a type is made of.
pub(super) fn parts(shape: &Type) -> Vec<&Type> {
    match shape {
        Type::Option(inner) | Type::List(inner) => vec![inner],
        Type::Tuple(parts) => parts.iter().collect(),
        Type::Map { key, value } => vec![key, value],
        Type::Record {
            fields: members, ..
        }
        | Type::Variant { cases: members, .. } => {
            members.iter().map(|member| &member.shape).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether each value of a type takes at least one byte.
pub(super) fn takes_bytes(shape: &Type) -> bool {
    match shape {
        Type::Unit => false,
        Type::Tuple(parts) => parts.iter().any(takes_bytes),
        Type::Record { fields, .. } => fields.iter().any(|field| takes_bytes(&field.shape)),
        _ => true,
    }
}

/// The same declaration with lists of `u8` as bytes, which are encoded alike: so the languages have
/// their type of bytes for both.
pub(super) fn simplified(messages: &Messages) -> Messages {
    Messages {
        input: messages.input.as_ref().map(simple),
        output: messages.output.as_ref().map(simple),
    }
}

fn simple(shape: &Type) -> Type {
    let boxed = |inner: &Type| Box::new(simple(inner));
    let simple_members = |members: &[Member]| {
        let member = |member: &Member| Member {
            name: member.name.clone(),
            shape: simple(&member.shape),
        };
        members.iter().map(member).collect()
    };
    match shape {
        Type::List(element) if **element == Type::U8 => Type::Bytes,
        Type::List(element) => Type::List(boxed(element)),
        Type::Option(inner) => Type::Option(boxed(inner)),
        Type::Tuple(parts) => Type::Tuple(parts.iter().map(simple).collect()),
        Type::Map { key, value } => Type::Map {
            key: boxed(key),
            value: boxed(value),
        },
        Type::Record { name, fields } => Type::Record {
            name: name.clone(),
            fields: simple_members(fields),
        },
        Type::Variant { name, cases } => Type::Variant {
            name: name.clone(),
            cases: simple_members(cases),
        },
        scalar => scalar.clone(),
    }
}
