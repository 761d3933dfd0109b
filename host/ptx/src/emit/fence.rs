//! The fence: from an address of WebAssembly to one of the device that is in the arena.
//!
//! A device address is made here and nowhere else, and always by
//! `mad.wide.u32 REGISTER, FENCED, SCALE, %arena`, where FENCED was masked or checked just before. A
//! constant offset below the slack is added in the access itself.
//!
//! A pointer needs no fence: `passes::ranges` makes it behind a check of all that a loop reaches from
//! it.

use std::fmt::Write;

use super::{Printer, line};
use crate::ir::{Access, Type};
use crate::options::Policy;
use crate::translation::Translation;

impl Printer<'_> {
    /// Fences an access; returns its address as it stands in the instruction.
    pub(super) fn fence(&mut self, access: &Access) -> String {
        let bytes = access.kind.bytes;
        if self.function.type_of(access.address) == Type::I64 {
            let pointer = self.registers.register(access.address);
            return format!("[{pointer}+{}]", access.offset);
        }
        let mut address = self
            .registers
            .operand(&mut self.body, access.address, false);
        let mut offset = access.offset;
        let mut beyond = None;
        // The slack takes small offsets. Others are added first, and so are those that would take
        // an aligned address off its alignment.
        let end = offset + u64::from(bytes);
        if end > Translation::SLACK || !offset.is_multiple_of(u64::from(bytes)) {
            let sum = self.registers.fresh(Type::I32);
            line!(self, "add.s32 \t{sum}, {address}, {}", offset as u32 as i32);
            if self.policy != Policy::Mask {
                let carry = self.registers.fresh(Type::Bool);
                if offset > u64::from(u32::MAX) {
                    line!(self, "setp.eq.u32 \t{carry}, {sum}, {sum}");
                } else {
                    line!(self, "setp.lt.u32 \t{carry}, {sum}, {address}");
                }
                beyond = Some(carry);
            }
            (address, offset) = (sum, 0);
        }
        if let Some(carry) = beyond {
            if self.policy == Policy::Trap {
                let label = self
                    .traps
                    .label(crate::record::TrapKind::OutOfBounds, access.site);
                line!(self, "@{carry} bra \t{label}");
            } else {
                line!(self, "or.pred \t%bad, %bad, {carry}");
            }
        }
        let (fenced, scale) = match self.policy {
            Policy::Mask => (self.mask(&address, bytes), 1),
            Policy::Deferred => {
                let (units, limit, _) = self.units(&address, offset, bytes);
                line!(self, "setp.gt.or.u32 \t%bad, {units}, {limit}, %bad");
                (self.mask(&address, bytes), 1)
            }
            Policy::Trap => {
                let (units, limit, whole) = self.units(&address, offset, bytes);
                let bad = self.registers.fresh(Type::Bool);
                let label = self.traps.access(access.site, &address, &whole);
                line!(self, "setp.gt.u32 \t{bad}, {units}, {limit}");
                line!(self, "@{bad} bra \t{label}");
                (units, bytes)
            }
        };
        let place = self.registers.fresh(Type::I64);
        line!(self, "mad.wide.u32 \t{place}, {fenced}, {scale}, %arena");
        match offset {
            0 => format!("[{place}]"),
            offset => format!("[{place}+{offset}]"),
        }
    }

    fn mask(&mut self, address: &str, bytes: u32) -> String {
        self.masks.insert(bytes);
        let masked = self.registers.fresh(Type::I32);
        line!(self, "and.b32 \t{masked}, {address}, %mask{bytes}");
        masked
    }

    /// The address in units of the access's length, the last good one, and that in bytes. Rotating
    /// puts the bits that make an address misaligned on top, so that it is above every limit.
    fn units(&mut self, address: &str, offset: u64, bytes: u32) -> (String, String, String) {
        let reach = offset + u64::from(bytes);
        let shift = bytes.trailing_zeros();
        self.limits.insert((reach, 0));
        let whole = limit(reach, 0);
        if shift == 0 {
            return (address.to_owned(), whole.clone(), whole);
        }
        self.limits.insert((reach, shift));
        let units = self.registers.fresh(Type::I32);
        line!(
            self,
            "shf.r.wrap.b32 \t{units}, {address}, {address}, {shift}"
        );
        (units, limit(reach, shift), whole)
    }
}

/// The register of the last address from which so many bytes are in bounds, shifted.
pub fn limit(reach: u64, shift: u32) -> String {
    match shift {
        0 => format!("%limit{reach}"),
        shift => format!("%limit{reach}_{shift}"),
    }
}
