//! JSON to a payload, by the declared type.
//!
//! The payload is postcard's wire format, as specified at <https://postcard.jamesmunns.com/wire-format>:
//! integers of more than 8 bits are variable-length, 7 bits a byte and the lowest first, those with
//! a sign in zigzag form before; floats are little-endian; text, bytes, lists and maps have their
//! length before them; an option has a byte 0 or 1 before it, a variant the number of its case;
//! records and tuples are their parts one after another.

mod error;
mod scalar;

use serde_json::{Map, Value};

use super::show::brief;
use super::{Member, Step, Type};
pub use error::{EncodeError, EncodeProblem};
use error::{mismatch, problem};
use scalar::{double, single, write_integer, write_text, write_varint};

impl Type {
    /// Writes `value` as a payload of this type.
    ///
    /// # Errors
    /// Where the value is not of this type, with the path to the first place that is not.
    pub fn encode(&self, value: &Value) -> Result<Vec<u8>, EncodeError> {
        let mut payload = Vec::new();
        write(self, value, &mut payload)?;
        Ok(payload)
    }
}

type Written = Result<(), EncodeError>;

fn write(declared: &Type, value: &Value, payload: &mut Vec<u8>) -> Written {
    if let Some(integer) = declared.integer() {
        return write_integer(declared, integer, value, payload);
    }
    match (declared, value) {
        (Type::Bool, Value::Bool(value)) => payload.push(u8::from(*value)),
        (Type::F32, _) => payload.extend(single(declared, value)?.to_le_bytes()),
        (Type::F64, _) => payload.extend(double(declared, value)?.to_le_bytes()),
        (Type::Char, Value::String(text)) if text.chars().count() == 1 => write_text(text, payload),
        (Type::String, Value::String(text)) => write_text(text, payload),
        (Type::Unit, Value::Null) => {}
        (Type::Option(_), Value::Null) => payload.push(0),
        (Type::Option(inner), value) => {
            payload.push(1);
            write(inner, value, payload)?;
        }
        (Type::Bytes, Value::Array(values)) => write_list(&Type::U8, values, payload)?,
        (Type::List(element), Value::Array(values)) => write_list(element, values, payload)?,
        (Type::Tuple(parts), Value::Array(values)) if parts.len() == values.len() => {
            write_all(parts.iter().zip(values), payload)?;
        }
        (Type::Map { key, value }, Value::Object(entries)) => {
            write_map(key, value, entries, payload)?;
        }
        (Type::Record { fields, .. }, Value::Object(object)) => {
            write_record(fields, object, payload)?;
        }
        (Type::Variant { cases, .. }, value) => write_variant(declared, cases, value, payload)?,
        _ => return Err(mismatch(declared, value)),
    }
    Ok(())
}

fn write_list(element: &Type, values: &[Value], payload: &mut Vec<u8>) -> Written {
    write_varint(values.len() as u128, payload);
    write_all(values.iter().map(|value| (element, value)), payload)
}

fn write_all<'a>(
    parts: impl Iterator<Item = (&'a Type, &'a Value)>,
    payload: &mut Vec<u8>,
) -> Written {
    for (index, (part, value)) in parts.enumerate() {
        write(part, value, payload).map_err(|error| error.within(Step::Index(index)))?;
    }
    Ok(())
}

fn write_map(
    key: &Type,
    value: &Type,
    entries: &Map<String, Value>,
    payload: &mut Vec<u8>,
) -> Written {
    write_varint(entries.len() as u128, payload);
    for (name, entry) in entries {
        let step = || Step::Entry(name.clone());
        write(key, &read_key(key, name), payload)
            .and_then(|()| write(value, entry, payload))
            .map_err(|error| error.within(step()))?;
    }
    Ok(())
}

/// The JSON value that an object's key stands for: its text, save where numbers or bools are
/// declared.
fn read_key(declared: &Type, text: &str) -> Value {
    let is_text = match declared {
        // These can be text and are read as such.
        Type::U128 | Type::I128 => true,
        Type::Bool | Type::F32 | Type::F64 => false,
        other => other.integer().is_none(),
    };
    let parsed = if is_text {
        None
    } else {
        serde_json::from_str(text).ok()
    };
    parsed.unwrap_or_else(|| Value::from(text))
}

fn write_record(fields: &[Member], object: &Map<String, Value>, payload: &mut Vec<u8>) -> Written {
    if let Some(found) = object
        .keys()
        .find(|key| fields.iter().all(|field| field.name != **key))
    {
        let known = fields.iter().map(|field| field.name.clone()).collect();
        return Err(problem(EncodeProblem::UnknownField {
            found: brief(found),
            known,
        }));
    }
    for field in fields {
        let value = match (object.get(&field.name), &field.shape) {
            (Some(value), _) => value,
            (None, Type::Option(_)) => &Value::Null,
            (None, _) => {
                let field = field.name.clone();
                return Err(problem(EncodeProblem::MissingField { field }));
            }
        };
        write(&field.shape, value, payload)
            .map_err(|error| error.within(Step::Member(field.name.clone())))?;
    }
    Ok(())
}

fn write_variant(
    declared: &Type,
    cases: &[Member],
    value: &Value,
    payload: &mut Vec<u8>,
) -> Written {
    let (name, content) = match value {
        Value::String(name) => (name, &Value::Null),
        Value::Object(object) => match object.iter().next() {
            Some(entry) if object.len() == 1 => entry,
            _ => return Err(mismatch(declared, value)),
        },
        _ => return Err(mismatch(declared, value)),
    };
    let Some((number, case)) = cases
        .iter()
        .enumerate()
        .find(|(_, case)| case.name == *name)
    else {
        let known = cases.iter().map(|case| case.name.clone()).collect();
        return Err(problem(EncodeProblem::UnknownCase {
            found: brief(name),
            known,
        }));
    };
    write_varint(number as u128, payload);
    write(&case.shape, content, payload)
        .map_err(|error| error.within(Step::Member(case.name.clone())))
}
