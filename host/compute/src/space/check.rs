//! Checks commands before anything of them is done.

use super::Inner;
use super::step::{Launch, Step};
use crate::buffer::{Buffer, Part};
use crate::command::{Argument, Command};
use crate::{ComputeError, Role, ValueKind};
use wasmtime::Val;

/// Fuel of an item where neither the launch nor the author says another.
const FUEL: u64 = 1 << 24;

/// The most fuel of an item.
const MOST_FUEL: u64 = 1 << 36;

impl Inner {
    pub(super) fn steps(&self, commands: Vec<Command>) -> Result<Vec<Step>, ComputeError> {
        commands
            .into_iter()
            .map(|command| self.step(command))
            .collect()
    }

    /// A part of a buffer of this space.
    pub(super) fn part_of(
        &self,
        buffer: &Buffer,
        offset: u32,
        length: u32,
    ) -> Result<Part, ComputeError> {
        if !buffer.is_in(&self.arena) {
            return Err(invalid("the buffer is one of another space".to_owned()));
        }
        buffer.part(offset, length)
    }

    pub(super) fn part_to_write(
        &self,
        buffer: &Buffer,
        offset: u32,
        length: usize,
    ) -> Result<Part, ComputeError> {
        let length = u32::try_from(length)
            .map_err(|_| invalid(format!("{length} bytes are more than a buffer has")))?;
        self.part_of(buffer, offset, length)
    }

    fn step(&self, command: Command) -> Result<Step, ComputeError> {
        Ok(match command {
            Command::Write {
                buffer,
                offset,
                bytes,
            } => Step::Write {
                part: self.part_to_write(&buffer, offset, bytes.len())?,
                buffer,
                bytes: bytes.into(),
            },
            Command::Fill {
                buffer,
                offset,
                length,
                byte,
            } => Step::Fill {
                part: self.part_of(&buffer, offset, length)?,
                buffer: Some(buffer),
                byte,
            },
            Command::Copy {
                from,
                from_offset,
                to,
                to_offset,
                length,
            } => Step::Copy {
                from_part: self.part_of(&from, from_offset, length)?,
                to_part: self.part_of(&to, to_offset, length)?,
                from,
                to,
            },
            Command::Launch(launch) => Step::Launch(self.launch(launch)?),
        })
    }

    fn launch(&self, launch: crate::Launch) -> Result<Launch, ComputeError> {
        let program = &self.program;
        let name = launch.function;
        let Some(function) = program.function(&name) else {
            let known: Vec<_> = program
                .functions()
                .iter()
                .take(8)
                .map(|function| function.name.as_str())
                .collect();
            return Err(ComputeError::NoFunction {
                function: name,
                known: known.join(", "),
            });
        };
        let fuel = launch.fuel.or(function.fuel).unwrap_or(FUEL);
        if fuel > MOST_FUEL {
            let reason = format!("{fuel} is more fuel than an item can have: {MOST_FUEL} at most");
            return Err(invalid(reason));
        }
        if launch.arguments.len() != function.parameters.len() {
            return Err(invalid(format!(
                "`{name}` takes {} arguments beside the item, and got {}",
                function.parameters.len(),
                launch.arguments.len()
            )));
        }
        let mut checked = Launch {
            items: launch.items,
            fuel,
            arguments: Vec::new(),
            read: Vec::new(),
            written: Vec::new(),
            whole: Vec::new(),
            function: name,
        };
        for (index, (argument, parameter)) in launch
            .arguments
            .iter()
            .zip(&function.parameters)
            .enumerate()
        {
            let wrong = |what: &str| {
                invalid(format!(
                    "argument {index} of `{}` is {what}, and the parameter is {}",
                    checked.function,
                    described(parameter.kind, parameter.role)
                ))
            };
            let value = match (argument, parameter.kind) {
                (Argument::I32(value), ValueKind::I32) => Val::I32(*value),
                (Argument::I64(value), ValueKind::I64) => Val::I64(*value),
                (Argument::F32(value), ValueKind::F32) => Val::F32(value.to_bits()),
                (Argument::F64(value), ValueKind::F64) => Val::F64(value.to_bits()),
                (Argument::Buffer(buffer), ValueKind::I32) => {
                    if !buffer.is_in(&self.arena) {
                        return Err(wrong("a buffer of another space"));
                    }
                    match parameter.role {
                        Role::Value => return Err(wrong("a buffer")),
                        Role::In => checked.read.push(buffer.clone()),
                        Role::Out => {
                            checked.written.push(buffer.clone());
                            checked.whole.push(buffer.clone());
                        }
                        Role::InOut => {
                            checked.read.push(buffer.clone());
                            checked.written.push(buffer.clone());
                        }
                    }
                    Val::I32(buffer.address().cast_signed())
                }
                (Argument::I32(_), _) => return Err(wrong("an i32")),
                (Argument::I64(_), _) => return Err(wrong("an i64")),
                (Argument::F32(_), _) => return Err(wrong("an f32")),
                (Argument::F64(_), _) => return Err(wrong("an f64")),
                (Argument::Buffer(_), _) => return Err(wrong("a buffer")),
            };
            checked.arguments.push(value);
        }
        Ok(checked)
    }
}

fn described(kind: ValueKind, role: Role) -> &'static str {
    match (kind, role) {
        (ValueKind::I32, Role::Value) => "an i32 that is no address",
        (ValueKind::I32, _) => "an i32 or a buffer of this space",
        (ValueKind::I64, _) => "an i64",
        (ValueKind::F32, _) => "an f32",
        (ValueKind::F64, _) => "an f64",
    }
}

fn invalid(reason: String) -> ComputeError {
    ComputeError::InvalidArgument(reason)
}
