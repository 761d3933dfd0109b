//! Reads and writes of memory, of one item and of several side by side.

use super::graph::{Kind, Term};
use wasm_encoder::{Function, Instruction as I, MemArg};
use wasmparser::Operator as O;

/// A read or write, by each item, where its address leads.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) at: Term,
    pub(super) offset: u64,
    /// How many bytes an item reads or writes.
    pub(super) bytes: u32,
    pub(super) kind: Kind,
    pub(super) writes: bool,
    /// Whether fewer bytes than the kind has stand for a number with a sign.
    signed: bool,
}

/// The access of an operator, at an address that is to be set.
pub(super) fn access(operator: &O<'_>) -> Option<Access> {
    let (memory, kind, bytes, writes, signed) = match operator {
        O::I32Load { memarg } => (memarg, Kind::I32, 4, false, false),
        O::I64Load { memarg } => (memarg, Kind::I64, 8, false, false),
        O::F32Load { memarg } => (memarg, Kind::F32, 4, false, false),
        O::F64Load { memarg } => (memarg, Kind::F64, 8, false, false),
        O::I32Load8U { memarg } => (memarg, Kind::I32, 1, false, false),
        O::I32Load8S { memarg } => (memarg, Kind::I32, 1, false, true),
        O::I32Load16U { memarg } => (memarg, Kind::I32, 2, false, false),
        O::I32Load16S { memarg } => (memarg, Kind::I32, 2, false, true),
        O::I32Store { memarg } => (memarg, Kind::I32, 4, true, false),
        O::I64Store { memarg } => (memarg, Kind::I64, 8, true, false),
        O::F32Store { memarg } => (memarg, Kind::F32, 4, true, false),
        O::F64Store { memarg } => (memarg, Kind::F64, 8, true, false),
        O::I32Store8 { memarg } => (memarg, Kind::I32, 1, true, false),
        O::I32Store16 { memarg } => (memarg, Kind::I32, 2, true, false),
        _ => return None,
    };
    Some(Access {
        at: Term::Same(0),
        offset: memory.offset,
        bytes,
        kind,
        writes,
        signed,
    })
}

impl Access {
    /// Whether items beside each other can do it at once: they read or write bytes that are beside each
    /// other, or read ever the same, or full numbers that are evenly apart.
    pub(super) fn is_possible(&self) -> bool {
        let step = i64::from(self.at.scale());
        let bytes = i64::from(self.bytes);
        let is_whole = self.bytes >= 4;
        let is_near = self.offset <= 1 << 31 && step <= 1 << 20;
        is_near && (step == bytes || (!self.writes && (step == 0 || (is_whole && step > 0))))
    }

    /// The bytes between the addresses of an item and the next one.
    fn step(&self) -> u64 {
        u64::try_from(self.at.scale()).unwrap_or(0)
    }

    /// Reads for as many items as a vector holds, the `first` of which is so many behind the one that the
    /// address is of. `address` puts the address on the stack.
    pub(super) fn read(&self, into: &mut Function, first: u32, address: impl Fn(&mut Function)) {
        let at = |item: u32| MemArg {
            offset: self.offset + u64::from(first + item) * self.step(),
            align: 0,
            memory_index: 0,
        };
        if self.step() == u64::from(self.bytes) {
            address(into);
            for code in self.neighbours(at(0)) {
                into.instruction(&code);
            }
            return;
        }
        if self.step() == 0 {
            address(into);
            for code in self.all_the_same(at(0)) {
                into.instruction(&code);
            }
            return;
        }
        let lanes = self.kind.in_vector();
        for _ in 0..lanes {
            address(into);
        }
        let is_wide = self.bytes == 8;
        into.instruction(&if is_wide {
            I::V128Load64Zero(at(0))
        } else {
            I::V128Load32Zero(at(0))
        });
        for (lane, item) in (1_u8..).zip(1..lanes) {
            let memarg = at(item);
            into.instruction(&if is_wide {
                I::V128Load64Lane { memarg, lane }
            } else {
                I::V128Load32Lane { memarg, lane }
            });
        }
    }

    fn neighbours(&self, at: MemArg) -> Vec<I<'static>> {
        match (self.bytes, self.signed) {
            (1, false) => vec![
                I::V128Load32Zero(at),
                I::I16x8ExtendLowI8x16U,
                I::I32x4ExtendLowI16x8U,
            ],
            (1, true) => vec![
                I::V128Load32Zero(at),
                I::I16x8ExtendLowI8x16S,
                I::I32x4ExtendLowI16x8S,
            ],
            (2, false) => vec![I::V128Load16x4U(at)],
            (2, true) => vec![I::V128Load16x4S(at)],
            _ => vec![I::V128Load(at)],
        }
    }

    fn all_the_same(&self, at: MemArg) -> Vec<I<'static>> {
        match (self.bytes, self.signed) {
            (1, false) => vec![I::I32Load8U(at), I::I32x4Splat],
            (1, true) => vec![I::I32Load8S(at), I::I32x4Splat],
            (2, false) => vec![I::I32Load16U(at), I::I32x4Splat],
            (2, true) => vec![I::I32Load16S(at), I::I32x4Splat],
            (8, _) => vec![I::V128Load64Splat(at)],
            _ => vec![I::V128Load32Splat(at)],
        }
    }

    /// Writes a vector, as `read` reads one.
    pub(super) fn write(
        &self,
        into: &mut Function,
        first: u32,
        address: impl Fn(&mut Function),
        value: impl Fn(&mut Function),
    ) {
        let at = MemArg {
            offset: self.offset + u64::from(first) * self.step(),
            align: 0,
            memory_index: 0,
        };
        address(into);
        value(into);
        // The lower bytes of each lane go beside each other.
        let store = match self.bytes {
            1 => {
                into.instruction(&I::I32Const(0))
                    .instruction(&I::I32x4Splat);
                into.instruction(&I::I8x16Shuffle(every(4, 1)));
                I::V128Store32Lane {
                    memarg: at,
                    lane: 0,
                }
            }
            2 => {
                into.instruction(&I::I32Const(0))
                    .instruction(&I::I32x4Splat);
                into.instruction(&I::I8x16Shuffle(every(4, 2)));
                I::V128Store64Lane {
                    memarg: at,
                    lane: 0,
                }
            }
            _ => I::V128Store(at),
        };
        into.instruction(&store);
    }
}

/// Which bytes of a vector these are: the first ones of each of its lanes, then the first of all.
fn every(lane: u8, bytes: u8) -> [u8; 16] {
    let mut all = [0; 16];
    let chosen = (0..16).filter(|byte| byte % lane < bytes);
    for (place, byte) in all.iter_mut().zip(chosen) {
        *place = byte;
    }
    all
}
