//! Numbers and text.

use serde_json::Value;

use super::error::{EncodeError, EncodeProblem, mismatch, problem};
use crate::show::brief;
use crate::{Integer, Type};

pub(super) fn write_integer(
    declared: &Type,
    Integer { signed, bits }: Integer,
    value: &Value,
    payload: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let digits = match value {
        Value::Number(number) if !number.is_f64() => number.to_string(),
        // JSON's own numbers end at 64 bits for most programs.
        Value::String(digits) if bits == 128 && is_integer(digits) => digits.clone(),
        _ => return Err(mismatch(declared, value)),
    };
    let out_of_range = || {
        let expected = declared.to_string();
        problem(EncodeProblem::OutOfRange {
            expected,
            found: brief(&digits),
        })
    };
    let spare = 128 - bits;
    if signed {
        let number: i128 = digits.parse().map_err(|_| out_of_range())?;
        if (number << spare) >> spare != number {
            return Err(out_of_range());
        }
        match bits {
            8 => payload.extend((number as i8).to_le_bytes()),
            _ => write_varint(((number << 1) ^ (number >> 127)) as u128, payload),
        }
    } else {
        let number: u128 = digits.parse().map_err(|_| out_of_range())?;
        if (number << spare) >> spare != number {
            return Err(out_of_range());
        }
        match bits {
            8 => payload.push(number as u8),
            _ => write_varint(number, payload),
        }
    }
    Ok(())
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn double(declared: &Type, value: &Value) -> Result<f64, EncodeError> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    };
    number.ok_or_else(|| mismatch(declared, value))
}

pub(super) fn single(declared: &Type, value: &Value) -> Result<f32, EncodeError> {
    let exact = double(declared, value)?;
    let single = exact as f32;
    if exact.is_finite() && single.is_infinite() {
        let (expected, found) = (declared.to_string(), value.to_string());
        return Err(problem(EncodeProblem::OutOfRange { expected, found }));
    }
    Ok(single)
}

pub(super) fn write_varint(mut number: u128, payload: &mut Vec<u8>) {
    while number > 0x7f {
        payload.push(number as u8 | 0x80);
        number >>= 7;
    }
    payload.push(number as u8);
}

pub(super) fn write_text(text: &str, payload: &mut Vec<u8>) {
    write_varint(text.len() as u128, payload);
    payload.extend(text.as_bytes());
}
