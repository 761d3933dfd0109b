//! What all payloads are made of: numbers of variable length, flags, text and bytes.

use super::error::{DecodeProblem, Fault, ended, invalid};
use crate::{Path, Type};

/// A payload that is being read.
pub(super) struct Reader<'a> {
    /// What is not read yet.
    pub(super) rest: &'a [u8],
    /// What further values may weigh.
    pub(super) weight: usize,
}

impl Reader<'_> {
    /// A number of at most `bits` bits in variable-length form.
    pub(super) fn varint(&mut self, declared: &Type, bits: u32) -> Result<u128, Fault> {
        let mut number = 0;
        for shift in (0..bits).step_by(7) {
            let [byte] = self.array(declared)?;
            let digit = u128::from(byte & 0x7f);
            if shift + 7 > bits && digit >> (bits - shift) != 0 {
                break;
            }
            number |= digit << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(invalid(declared))
    }

    pub(super) fn flag(&mut self, declared: &Type) -> Result<bool, Fault> {
        match self.array(declared)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(invalid(declared)),
        }
    }

    pub(super) fn text(&mut self, declared: &Type) -> Result<&str, Fault> {
        let length = self.varint(declared, 64)?;
        let split = usize::try_from(length)
            .ok()
            .and_then(|at| self.rest.split_at_checked(at));
        let (text, rest) = split.ok_or_else(|| ended(declared))?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| invalid(declared))
    }

    pub(super) fn array<const N: usize>(&mut self, declared: &Type) -> Result<[u8; N], Fault> {
        let (array, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| ended(declared))?;
        self.rest = rest;
        Ok(*array)
    }

    pub(super) fn charge(&mut self, weight: usize) -> Result<(), Fault> {
        let rest = self.weight.checked_sub(weight);
        self.weight = rest.ok_or((Path::default(), DecodeProblem::TooLarge))?;
        Ok(())
    }
}
