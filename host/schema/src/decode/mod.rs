//! A payload to JSON, by the declared type. The payload may come from anybody.

mod error;
mod reader;

use serde_json::{Map, Number, Value};

use super::show::brief;
use super::{Integer, Member, Path, Step, Type};
pub use error::{DecodeError, DecodeProblem};
use error::{Fault, invalid, within};
use reader::Reader;

/// What the JSON of any payload may weigh, in bytes.
const FREE_WEIGHT: usize = 4 << 20;

/// What the JSON of a large payload may weigh for each byte of it. A list of records with one
/// small field each weighs about half of this.
const WEIGHT_PER_BYTE: usize = 64;

/// What a JSON value weighs by itself.
const VALUE_WEIGHT: usize = 8;

impl Type {
    /// Reads a payload of this type; all of it must be the value.
    ///
    /// A few bytes can declare a great many values that take none (a list of units) or long names
    /// for each. Such a payload is refused before it fills the memory.
    ///
    /// # Errors
    /// Where the payload is not exactly one value of this type, or its JSON would be larger than
    /// 4 MiB and than 64 times the payload, roughly.
    pub fn decode(&self, payload: &[u8]) -> Result<Value, DecodeError> {
        let weight = payload
            .len()
            .saturating_mul(WEIGHT_PER_BYTE)
            .max(FREE_WEIGHT);
        let mut reader = Reader {
            rest: payload,
            weight,
        };
        let error = |problem, rest: &[u8]| DecodeError {
            path: Path::default(),
            offset: payload.len() - rest.len(),
            problem,
        };
        match reader.value(self) {
            Ok(value) if reader.rest.is_empty() => Ok(value),
            Ok(_) => {
                let count = reader.rest.len();
                Err(error(DecodeProblem::LeftOver { count }, reader.rest))
            }
            Err((path, problem)) => Err(DecodeError {
                path,
                ..error(problem, reader.rest)
            }),
        }
    }
}

impl Reader<'_> {
    fn value(&mut self, declared: &Type) -> Result<Value, Fault> {
        self.charge(VALUE_WEIGHT)?;
        if let Some(integer) = declared.integer() {
            return self.integer(declared, integer);
        }
        Ok(match declared {
            Type::Bool => Value::from(self.flag(declared)?),
            Type::F32 => float(shortest(f32::from_le_bytes(self.array(declared)?))),
            Type::F64 => float(f64::from_le_bytes(self.array(declared)?)),
            Type::Char => {
                let text = self.text(declared)?;
                match text.chars().count() {
                    1 => Value::from(text),
                    _ => return Err(invalid(declared)),
                }
            }
            Type::String => Value::from(self.text(declared)?),
            Type::Unit => Value::Null,
            Type::Option(inner) => match self.flag(declared)? {
                true => self.value(inner)?,
                false => Value::Null,
            },
            Type::Bytes => self.list(declared, &Type::U8)?,
            Type::List(element) => self.list(declared, element)?,
            Type::Tuple(parts) => {
                let parts = parts.iter().enumerate();
                let values = parts.map(|(index, part)| self.part(part, || Step::Index(index)));
                Value::Array(values.collect::<Result<_, _>>()?)
            }
            Type::Map { key, value } => self.map(declared, key, value)?,
            Type::Record { fields, .. } => {
                let members = fields.iter().map(|field| self.member(field));
                Value::Object(members.collect::<Result<_, _>>()?)
            }
            Type::Variant { cases, .. } => self.variant(declared, cases)?,
            // The integers, read above.
            _ => return Err(invalid(declared)),
        })
    }

    /// Reads a value inside another.
    fn part(&mut self, declared: &Type, step: impl FnOnce() -> Step) -> Result<Value, Fault> {
        self.value(declared).map_err(|fault| within(fault, step()))
    }

    fn member(&mut self, member: &Member) -> Result<(String, Value), Fault> {
        self.charge(member.name.len())?;
        let value = self.part(&member.shape, || Step::Member(member.name.clone()))?;
        Ok((member.name.clone(), value))
    }

    fn list(&mut self, declared: &Type, element: &Type) -> Result<Value, Fault> {
        let length = self.varint(declared, 64)?;
        // Not allocated ahead: the length may be a lie.
        let mut values = Vec::new();
        for index in 0..length {
            values.push(self.part(element, || Step::Index(index as usize))?);
        }
        Ok(Value::Array(values))
    }

    fn map(&mut self, declared: &Type, key: &Type, value: &Type) -> Result<Value, Fault> {
        let length = self.varint(declared, 64)?;
        let mut entries = Map::new();
        for _ in 0..length {
            let name = match self.part(key, || Step::Keys)? {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                _ => {
                    let declared = brief(&key.to_string());
                    return Err((Path::default(), DecodeProblem::Key { declared }));
                }
            };
            let entry = self.part(value, || Step::Entry(name.clone()))?;
            entries.insert(name, entry);
        }
        Ok(Value::Object(entries))
    }

    fn variant(&mut self, declared: &Type, cases: &[Member]) -> Result<Value, Fault> {
        let found = self.varint(declared, 32)?;
        let case = usize::try_from(found)
            .ok()
            .and_then(|number| cases.get(number));
        let Some(case) = case else {
            let problem = DecodeProblem::UnknownCase {
                found,
                cases: cases.len(),
            };
            return Err((Path::default(), problem));
        };
        let (name, value) = self.member(case)?;
        Ok(match case.shape {
            Type::Unit => Value::String(name),
            _ => Value::Object(Map::from_iter([(name, value)])),
        })
    }

    fn integer(
        &mut self,
        declared: &Type,
        Integer { signed, bits }: Integer,
    ) -> Result<Value, Fault> {
        let number = match bits {
            8 => {
                let [byte] = self.array(declared)?;
                return Ok(if signed {
                    Value::from(byte as i8)
                } else {
                    Value::from(byte)
                });
            }
            bits => self.varint(declared, bits)?,
        };
        Ok(if signed {
            let number = (number >> 1) as i128 ^ -((number & 1) as i128);
            i64::try_from(number).map_or_else(|_| Value::from(number.to_string()), Value::from)
        } else {
            u64::try_from(number).map_or_else(|_| Value::from(number.to_string()), Value::from)
        })
    }
}

/// JSON has no number for infinities and for what is not a number.
fn float(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| Value::from(number.to_string()), Value::Number)
}

/// The number that is shown with the fewest digits among those that are `single` when rounded:
/// 0.1 and not 0.10000000149011612.
fn shortest(single: f32) -> f64 {
    let shown = single.to_string().parse().ok();
    shown
        .filter(|shown| *shown as f32 == single)
        .unwrap_or(f64::from(single))
}
