//! In the broker: steps as they are there, of steps as they came.

use super::wire;
use crate::buffer::{Arena, Buffer, Part};
use crate::catalogue::Operation;
use crate::space::{Launch, Step, Touched};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::oneshot;
use wasmtime::Val;

/// Who is told what was read.
pub(super) type Reading = oneshot::Receiver<Result<Vec<u8>, crate::ComputeError>>;

/// Buffers that are parts of a space as the host says.
pub(super) fn buffers(told: &[wire::Buffer]) -> Vec<Buffer> {
    let nobodys = Arc::new(Arena::new(0, 0));
    let buffer = |told: &wire::Buffer| {
        let buffer = Buffer::at(&nobodys, told.address, told.length);
        buffer.poison(told.is_poisoned);
        buffer
    };
    told.iter().map(buffer).collect()
}

/// The steps, and where what they read is told; none if one names a buffer that is not there.
pub(super) fn steps(
    told: Vec<wire::Step>,
    buffers: &[Buffer],
) -> Option<(Vec<Step>, Option<Reading>)> {
    let mut reading = None;
    let buffer = |number: u32| buffers.get(usize::try_from(number).ok()?).cloned();
    let all = |numbers: Vec<u32>| numbers.into_iter().map(buffer).collect::<Option<Vec<_>>>();
    let its = |touched: wire::Touched| {
        Some(Touched {
            read: all(touched.read)?,
            written: all(touched.written)?,
            whole: all(touched.whole)?,
        })
    };
    let step = |step| {
        Some(match step {
            wire::Step::Write { to, bytes } => Step::Write {
                buffer: buffer(to.buffer)?,
                part: part(to),
                bytes: bytes.to_vec().into(),
            },
            wire::Step::Fill {
                to,
                is_buffer,
                byte,
            } => Step::Fill {
                buffer: match is_buffer {
                    true => Some(buffer(to.buffer)?),
                    false => None,
                },
                part: part(to),
                byte,
            },
            wire::Step::Copy { from, to } => Step::Copy {
                from: buffer(from.buffer)?,
                from_part: part(from),
                to: buffer(to.buffer)?,
                to_part: part(to),
            },
            wire::Step::Read(from) => {
                let (reply, answer) = oneshot::channel();
                // A read is asked for alone.
                reading = Some(answer);
                Step::Read {
                    buffer: buffer(from.buffer)?,
                    part: part(from),
                    reply: Mutex::new(Some(reply)),
                }
            }
            wire::Step::Launch {
                function,
                items,
                fuel,
                arguments,
                touched,
            } => Step::Launch(Launch {
                library: None,
                product: None,
                function,
                items,
                fuel,
                arguments: arguments.into_iter().map(value).collect(),
                touched: its(touched)?,
            }),
            wire::Step::Operation { what, touched } => {
                Step::Operation(Operation::of(what, its(touched)?))
            }
        })
    };
    let steps = told.into_iter().map(step).collect::<Option<Vec<_>>>()?;
    Some((steps, reading))
}

fn part(told: wire::Part) -> Part {
    Part {
        address: told.address,
        length: told.length,
        is_whole: told.is_whole,
    }
}

fn value(argument: wire::Argument) -> Val {
    match argument {
        wire::Argument::I32(value) => Val::I32(value),
        wire::Argument::I64(value) => Val::I64(value),
        wire::Argument::F32(bits) => Val::F32(bits),
        wire::Argument::F64(bits) => Val::F64(bits),
    }
}
