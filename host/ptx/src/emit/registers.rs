//! Which register a value is in.

use std::fmt::Write;

use crate::ir::{Definition, Function, List, Type, Value};

/// The registers of a function. A value has one for itself; ptxas has them share.
pub struct Registers<'f> {
    function: &'f Function,
    of: List<Value, Option<u32>>,
    /// How many there are of each type.
    counts: [u32; TYPES.len()],
}

const TYPES: [(Type, &str, &str); 5] = [
    (Type::Bool, "p", ".pred"),
    (Type::I32, "r", ".b32"),
    (Type::I64, "rd", ".b64"),
    (Type::F32, "f", ".f32"),
    (Type::F64, "fd", ".f64"),
];

/// The move of a type.
pub fn mov(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "mov.pred",
        Type::I32 => "mov.b32",
        Type::I64 => "mov.b64",
        Type::F32 => "mov.f32",
        Type::F64 => "mov.f64",
    }
}

impl<'f> Registers<'f> {
    pub fn new(function: &'f Function) -> Self {
        let of = function.values.map(|_| None);
        Self {
            function,
            of,
            counts: [0; TYPES.len()],
        }
    }

    /// A register that no value has.
    pub fn fresh(&mut self, ty: Type) -> String {
        let number = self.number(ty);
        name(ty, number)
    }

    fn number(&mut self, ty: Type) -> u32 {
        let position = TYPES
            .iter()
            .position(|(of, ..)| *of == ty)
            .unwrap_or_default();
        match self.counts.get_mut(position) {
            Some(count) => {
                *count += 1;
                *count
            }
            None => 0,
        }
    }

    /// The register of a value that is no constant.
    pub fn register(&mut self, value: Value) -> String {
        let ty = self.function.type_of(value);
        let number = match self.of[value] {
            Some(number) => number,
            None => {
                let number = self.number(ty);
                self.of[value] = Some(number);
                number
            }
        };
        name(ty, number)
    }

    /// A value as an operand: a constant itself where that may stand there, else in a register.
    pub fn operand(&mut self, body: &mut String, value: Value, immediate: bool) -> String {
        let (ty, definition) = &self.function.values[value];
        let Definition::Constant(bits) = definition else {
            return self.register(value);
        };
        let text = constant(*ty, *bits);
        if immediate {
            return text;
        }
        let register = self.fresh(*ty);
        let _ = writeln!(body, "\t{} \t{register}, {text};", mov(*ty));
        register
    }

    /// The values that have a register, with their definitions, in the order of the values.
    pub fn used(&self) -> impl Iterator<Item = (Value, &'f Definition)> {
        let named = self.of.keys().filter(|value| self.of[*value].is_some());
        named.map(|value| (value, &self.function.values[value].1))
    }

    /// The declarations of all.
    pub fn declarations(&self) -> String {
        let mut text = String::new();
        for ((_, prefix, ty), count) in TYPES.iter().zip(self.counts) {
            if count > 0 {
                let _ = writeln!(text, "\t.reg {ty} \t%{prefix}<{}>;", count + 1);
            }
        }
        text
    }
}

fn name(ty: Type, number: u32) -> String {
    let prefix = TYPES
        .iter()
        .find(|(of, ..)| *of == ty)
        .map_or("", |(_, prefix, _)| prefix);
    format!("%{prefix}{number}")
}

/// A constant in PTX.
fn constant(ty: Type, bits: u64) -> String {
    match ty {
        Type::Bool | Type::I32 => (bits as u32 as i32).to_string(),
        Type::I64 => match bits as i64 {
            // The number without its sign would not fit.
            i64::MIN => "0x8000000000000000".into(),
            number => number.to_string(),
        },
        Type::F32 => format!("0f{:08X}", bits as u32),
        Type::F64 => format!("0d{bits:016X}"),
    }
}
