//! Checks commands before anything of them is done.

use super::Inner;
use super::resident::Residence;
use super::step::{Launch, Step, Touched};
use crate::buffer::{Buffer, Part};
use crate::catalogue::Operation;
use crate::command::{Argument, Command};
use crate::{ComputeError, Role, ValueKind};
use ringhost_ptx::Ring;
use wasmtime::Val;

/// Fuel of an item where neither the launch nor the author says another.
const FUEL: u64 = 1 << 24;

/// The most messages of a resident that are under way.
const MOST_MESSAGES: u32 = 1024;

/// The most bytes of the messages and answers of a resident.
const MOST_RING: usize = 16 << 20;

/// The most fuel of an item.
const MOST_FUEL: u64 = 1 << 36;

impl Inner {
    pub(super) fn steps(&self, commands: Vec<Command>) -> Result<Vec<Step>, ComputeError> {
        let mut steps = commands
            .into_iter()
            .map(|command| self.step(command))
            .collect::<Result<Vec<_>, _>>()?;
        self.add_scratch(&mut steps)?;
        Ok(steps)
    }

    /// Gives the operations of a list, which are done one behind the other, memory that they share.
    fn add_scratch(&self, steps: &mut [Step]) -> Result<(), ComputeError> {
        let operations = steps.iter_mut().filter_map(|step| match step {
            Step::Operation(operation) if operation.scratch_bytes > 0 => Some(operation),
            _ => None,
        });
        let operations: Vec<_> = operations.collect();
        let bytes = operations.iter().map(|operation| operation.scratch_bytes);
        let Some(bytes) = bytes.max() else {
            return Ok(());
        };
        let refused = |reason| ComputeError::OutOfMemory {
            requested: bytes,
            reason: format!("an operation works in memory of the space: {reason}"),
        };
        let length = u32::try_from(bytes).map_err(|_| refused("it has less".to_owned()))?;
        // What was there before is never read.
        let (scratch, _) = self.arena.allocate(length).map_err(|error| match error {
            ComputeError::OutOfMemory { reason, .. } => refused(reason),
            other => other,
        })?;
        for operation in operations {
            operation.work_in(&scratch);
        }
        Ok(())
    }

    /// A part of a buffer of this space.
    pub(crate) fn part_of(
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
            Command::Reduce(reduce) => Step::Operation(Operation::reduce(self, reduce)?),
            Command::Scan(scan) => Step::Operation(Operation::scan(self, scan)?),
            Command::Sort(sort) => Step::Operation(Operation::sort(self, sort)?),
            Command::Gemm(gemm) => Step::Operation(Operation::gemm(self, gemm)?),
        })
    }

    /// What a resident runs, and the ring for its messages.
    pub(super) fn residence(&self, residence: &Residence) -> Result<(Launch, Ring), ComputeError> {
        let launch = self.launch(residence.launch.clone())?;
        if !(1..=Ring::ITEMS).contains(&launch.items) {
            return Err(invalid(format!(
                "{} items are run for each message, and it is 1 to {}",
                launch.items,
                Ring::ITEMS
            )));
        }
        if !(1..=MOST_MESSAGES).contains(&residence.depth) {
            return Err(invalid(format!(
                "{} messages are to be under way, and it is 1 to {MOST_MESSAGES}",
                residence.depth
            )));
        }
        for (name, buffer) in [("input", &residence.input), ("output", &residence.output)] {
            self.part_of(buffer, 0, 0)?;
            if !buffer.len().is_multiple_of(4) {
                return Err(invalid(format!(
                    "the {name} has {} bytes, which is no multiple of four",
                    buffer.len()
                )));
            }
        }
        let ring = Ring {
            depth: residence.depth,
            inputs: residence.input.len(),
            outputs: residence.output.len(),
        };
        if ring.bytes().is_none_or(|bytes| bytes > MOST_RING) {
            return Err(invalid(format!(
                "{} messages and answers of {} and {} bytes come to more than {MOST_RING} bytes: have \
                 fewer under way, or a smaller input and output",
                ring.depth, ring.inputs, ring.outputs
            )));
        }
        Ok((launch, ring))
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
        let mut touched = Touched::default();
        let mut checked = Launch {
            library: None,
            product: None,
            items: launch.items,
            fuel,
            arguments: Vec::new(),
            touched: Touched::default(),
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
                        Role::In => touched.read.push(buffer.clone()),
                        Role::Out => {
                            touched.written.push(buffer.clone());
                            touched.whole.push(buffer.clone());
                        }
                        Role::InOut => {
                            touched.read.push(buffer.clone());
                            touched.written.push(buffer.clone());
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
        checked.touched = touched;
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
