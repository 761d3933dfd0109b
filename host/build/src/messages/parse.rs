//! Reading a declaration that an author wrote, and saying what is wrong with it, where, and what
//! would be right.

use super::json;
use anyhow::{Context, Result, bail, ensure};
use ringhost_schema::{Member, Messages, Type};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The types that hold no other, by their names in a declaration.
const SCALARS: [(&str, Type); 17] = [
    ("bool", Type::Bool),
    ("u8", Type::U8),
    ("u16", Type::U16),
    ("u32", Type::U32),
    ("u64", Type::U64),
    ("u128", Type::U128),
    ("i8", Type::I8),
    ("i16", Type::I16),
    ("i32", Type::I32),
    ("i64", Type::I64),
    ("i128", Type::I128),
    ("f32", Type::F32),
    ("f64", Type::F64),
    ("char", Type::Char),
    ("string", Type::String),
    ("bytes", Type::Bytes),
    ("unit", Type::Unit),
];

/// What authors write for want of a better name, and the name.
const MEANT: [(&str, &str); 14] = [
    ("int", "\"i64\""),
    ("integer", "\"i64\""),
    ("uint", "\"u64\""),
    ("number", "\"f64\", or \"i64\" for whole numbers"),
    ("float", "\"f64\""),
    ("double", "\"f64\""),
    ("str", "\"string\""),
    ("text", "\"string\""),
    ("boolean", "\"bool\""),
    ("null", "\"unit\""),
    ("array", "{\"list\": TYPE}"),
    ("optional", "{\"option\": TYPE}"),
    (
        "struct",
        "{\"record\": {\"name\": NAME, \"fields\": [{\"name\": NAME, \"type\": TYPE}]}}",
    ),
    (
        "enum",
        "{\"variant\": {\"name\": NAME, \"cases\": [{\"name\": NAME, \"type\": TYPE}]}}",
    ),
];

/// Where in the file something stands: `input.record.fields[1].type`.
type Place<'a> = &'a str;

/// Reads a declaration. What it accepts, a host accepts too; a host takes more, for it need not
/// make code of it.
///
/// # Errors
/// What is wrong first, with its place and what would be right.
pub(super) fn parse(text: &str) -> Result<Messages> {
    ensure!(
        text.len() <= Messages::MAX_LENGTH,
        "it has {} bytes, and a host reads at most {}: declare a smaller type",
        text.len(),
        Messages::MAX_LENGTH
    );
    let value = json::parse(text)?;
    let value = object(&value, "the whole", "{\"input\": TYPE, \"output\": TYPE}")?;
    only(value, "the whole", &["input", "output"])?;
    let side = |name: &str| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(declared) => shape(declared, name, Messages::MAX_DEPTH).map(Some),
    };
    let (input, output) = (side("input")?, side("output")?);
    ensure!(
        input.is_some() || output.is_some(),
        "it declares nothing: give \"input\" or \"output\" a type, or delete the file"
    );
    Ok(Messages { input, output })
}

fn shape(value: &Value, place: Place<'_>, levels: usize) -> Result<Type> {
    let Some(below) = levels.checked_sub(1) else {
        bail!(
            "{place}: types nest deeper than {} levels: declare a flatter type",
            Messages::MAX_DEPTH
        );
    };
    if let Value::String(name) = value {
        let scalar = SCALARS.iter().find(|(known, _)| known == name);
        return match scalar {
            Some((_, scalar)) => Ok(scalar.clone()),
            None => bail!("{place}: {}", unknown(name)),
        };
    }
    let value = object(value, place, "a type, as \"i64\" or {\"list\": \"i64\"}")?;
    let mut entries = value.iter();
    let (Some((kind, content)), None) = (entries.next(), entries.next()) else {
        bail!(
            "{place}: a type that is an object has one key, as {{\"list\": \"i64\"}}; this has {}",
            value.len()
        );
    };
    let place = format!("{place}.{kind}");
    Ok(match kind.as_str() {
        "option" => Type::Option(Box::new(shape(content, &place, below)?)),
        "list" => Type::List(Box::new(shape(content, &place, below)?)),
        "tuple" => {
            let parts = array(content, &place)?.iter().enumerate();
            let parts = parts.map(|(at, part)| shape(part, &format!("{place}[{at}]"), below));
            Type::Tuple(parts.collect::<Result<_>>()?)
        }
        "map" => {
            let content = object(content, &place, "{\"key\": TYPE, \"value\": TYPE}")?;
            only(content, &place, &["key", "value"])?;
            let part = |name: &str| {
                let declared = member(content, &place, name)?;
                shape(declared, &format!("{place}.{name}"), below).map(Box::new)
            };
            Type::Map {
                key: part("key")?,
                value: part("value")?,
            }
        }
        "record" => {
            let (name, fields) = named(content, &place, "fields", below)?;
            Type::Record { name, fields }
        }
        "variant" => {
            let (name, cases) = named(content, &place, "cases", below)?;
            ensure!(
                !cases.is_empty(),
                "{place}.cases: a variant without cases has no values: name at least one"
            );
            Type::Variant { name, cases }
        }
        other => bail!("{place}: {}", unknown(other)),
    })
}

/// A record's or variant's name, and its fields or cases.
fn named(
    content: &Value,
    place: Place<'_>,
    kind: &str,
    below: usize,
) -> Result<(String, Vec<Member>)> {
    let form = format!("{{\"name\": NAME, \"{kind}\": [{{\"name\": NAME, \"type\": TYPE}}]}}");
    let content = object(content, place, &form)?;
    only(content, place, &["name", kind])?;
    let name = identifier(content, place)?;
    let written = member(content, place, kind)?;
    let place = format!("{place}.{kind}");
    let mut members = Vec::new();
    let mut names = HashSet::new();
    for (at, written) in array(written, &place)?.iter().enumerate() {
        let place = format!("{place}[{at}]");
        let written = object(written, &place, "{\"name\": NAME, \"type\": TYPE}")?;
        only(written, &place, &["name", "type"])?;
        let name = identifier(written, &place)?;
        ensure!(
            names.insert(name.clone()),
            "{place}.name: the name {name:?} is there before: give each another one"
        );
        let declared = member(written, &place, "type")?;
        let shape = shape(declared, &format!("{place}.type"), below)?;
        members.push(Member { name, shape });
    }
    Ok((name, members))
}

/// A name that every language can take, if need be with a `_` behind it.
fn identifier(object: &Map<String, Value>, place: Place<'_>) -> Result<String> {
    let Value::String(name) = member(object, place, "name")? else {
        bail!("{place}.name: a name is a string");
    };
    let mut letters = name.chars();
    let is_identifier = letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    ensure!(
        is_identifier,
        "{place}.name: {name:?} is no name in every language: begin with a letter from A to Z, and \
         go on with such letters, digits and _"
    );
    Ok(name.clone())
}

fn object<'a>(value: &'a Value, place: Place<'_>, form: &str) -> Result<&'a Map<String, Value>> {
    match value {
        Value::Object(object) => Ok(object),
        other => bail!("{place}: expected {form}, found {}", kind(other)),
    }
}

fn array<'a>(value: &'a Value, place: Place<'_>) -> Result<&'a Vec<Value>> {
    match value {
        Value::Array(values) => Ok(values),
        other => bail!("{place}: expected an array, found {}", kind(other)),
    }
}

fn member<'a>(object: &'a Map<String, Value>, place: Place<'_>, name: &str) -> Result<&'a Value> {
    let value = object.get(name);
    value.with_context(|| format!("{place}: the key {name:?} is missing"))
}

/// Checks that an object has no key but these.
fn only(object: &Map<String, Value>, place: Place<'_>, known: &[&str]) -> Result<()> {
    let strange = object.keys().find(|key| !known.contains(&key.as_str()));
    match strange {
        Some(key) => bail!("{place}: there is no key {key:?}: the keys are {known:?}"),
        None => Ok(()),
    }
}

fn unknown(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let known = SCALARS.iter().find(|(known, _)| *known == lower);
    let meant = MEANT.iter().find(|(written, _)| *written == lower);
    match (known, meant) {
        (Some((known, _)), _) => format!("there is no type {name:?}: write {known:?}"),
        (None, Some((_, meant))) => format!("there is no type {name:?}: write {meant}"),
        (None, None) => {
            let names: Vec<_> = SCALARS.iter().map(|(known, _)| *known).collect();
            format!(
                "there is no type {name:?}: there are {}, and objects with the key option, list, \
                 tuple, map, record or variant",
                names.join(", ")
            )
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
