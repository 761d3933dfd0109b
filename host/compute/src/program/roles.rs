//! What the section `ring:compute` says of the functions' parameters.

use super::{Element, Function, Outline, Parameter, Role, ValueKind};
use crate::ProgramError;
use wasmparser::{FuncType, ValType};

/// The marked functions, with what the section says of them.
pub(super) fn functions(outline: &Outline<'_>) -> Result<Vec<Function>, ProgramError> {
    let mut functions = Vec::new();
    for &(name, function) in &outline.marked {
        let kind = outline
            .function_type(function)
            .ok_or_else(|| ProgramError::Invalid(format!("no function {function}")))?;
        functions.push(plain(name, kind)?);
    }
    for section in &outline.roles {
        let text = std::str::from_utf8(section).map_err(|_| ProgramError::Roles {
            line: String::from_utf8_lossy(section).chars().take(80).collect(),
            reason: "it is not in UTF-8".to_owned(),
        })?;
        // What a linker puts between two parts of a section are zeros.
        for line in text.split(['\n', '\0']).map(str::trim) {
            if !line.is_empty() {
                read(line, &mut functions).map_err(|reason| ProgramError::Roles {
                    line: line.chars().take(200).collect(),
                    reason,
                })?;
            }
        }
    }
    Ok(functions)
}

/// A function of which the section says nothing.
fn plain(name: &str, kind: &FuncType) -> Result<Function, ProgramError> {
    let wrong = || ProgramError::Signature {
        function: name.to_owned(),
        signature: kind.to_string(),
    };
    let [ValType::I32, rest @ ..] = kind.params() else {
        return Err(wrong());
    };
    if !kind.results().is_empty() {
        return Err(wrong());
    }
    let mut parameters = Vec::new();
    for kind in rest {
        let (kind, role) = match kind {
            ValType::I32 => (ValueKind::I32, Role::InOut),
            ValType::I64 => (ValueKind::I64, Role::Value),
            ValType::F32 => (ValueKind::F32, Role::Value),
            ValType::F64 => (ValueKind::F64, Role::Value),
            _ => return Err(wrong()),
        };
        parameters.push(Parameter {
            name: None,
            kind,
            role,
            element: None,
        });
    }
    Ok(Function {
        name: name.to_owned(),
        parameters,
        fuel: None,
    })
}

/// Reads `NAME fuel=N PARAMETER:ROLE:ELEMENT ...`.
fn read(line: &str, functions: &mut [Function]) -> Result<(), String> {
    let mut words = line.split_whitespace().peekable();
    let name = words.next().unwrap_or_default();
    let function = functions
        .iter_mut()
        .find(|function| function.name == name)
        .ok_or_else(|| format!("no function is exported as `compute:{name}`"))?;
    if let Some(fuel) = words.peek().and_then(|word| word.strip_prefix("fuel=")) {
        let fuel = fuel
            .parse()
            .map_err(|_| format!("`{fuel}` is no number of units of fuel"))?;
        function.fuel = Some(fuel);
        words.next();
    }
    let words: Vec<&str> = words.collect();
    if words.is_empty() {
        return Ok(());
    }
    if words.len() != function.parameters.len() {
        return Err(format!(
            "the function has {} parameters beside the item, and not {}",
            function.parameters.len(),
            words.len()
        ));
    }
    for (word, parameter) in words.into_iter().zip(&mut function.parameters) {
        let mut parts = word.split(':');
        let name = parts.next().filter(|name| !name.is_empty());
        let role = match parts.next() {
            Some("value") => Role::Value,
            Some("in") => Role::In,
            Some("out") => Role::Out,
            Some("inout") => Role::InOut,
            _ => return Err(format!("`{word}` has no role: value, in, out or inout")),
        };
        if role != Role::Value && parameter.kind != ValueKind::I32 {
            return Err(format!("`{word}` is not an i32, so it is no address"));
        }
        parameter.name = name.map(str::to_owned);
        parameter.role = role;
        parameter.element = match parts.next() {
            Some(element) => Some(
                self::element(element)
                    .ok_or_else(|| format!("`{element}` is no type of element"))?,
            ),
            None => None,
        };
    }
    Ok(())
}

fn element(name: &str) -> Option<Element> {
    Some(match name {
        "i8" => Element::I8,
        "u8" => Element::U8,
        "i16" => Element::I16,
        "u16" => Element::U16,
        "i32" => Element::I32,
        "u32" => Element::U32,
        "i64" => Element::I64,
        "u64" => Element::U64,
        "f32" => Element::F32,
        "f64" => Element::F64,
        _ => return None,
    })
}
