//! What a thread can reach: the arena with its slack, and the record.

use std::collections::HashMap;

use ptx_machine::Fault;
use ringhost_ptx::{Record, Translation};

/// Where the arena is on the device.
pub const ARENA: u64 = 0x7_0000_0000;
/// Where the record is.
pub const RECORD: u64 = 0x3_0000_0100;

/// The memory of a device.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The linear memory, and the slack behind it.
    arena: Vec<u8>,
    record: [u8; Record::SIZE],
    /// Bytes that were written, of a linear memory that is too long to be held whole.
    sparse: Option<HashMap<u64, u8>>,
}

impl Memory {
    /// A linear memory with these bytes, and all else zero.
    pub fn new(bytes: &[u8]) -> Self {
        let mut arena = bytes.to_vec();
        arena.resize(bytes.len() + Translation::SLACK as usize, 0);
        Self {
            arena,
            record: [0xff; Record::SIZE],
            sparse: None,
        }
    }

    /// The longest linear memory, all zero.
    pub fn longest() -> Self {
        Self {
            sparse: Some(HashMap::new()),
            ..Self::new(&[])
        }
    }

    /// Bytes of the linear memory.
    pub fn size(&self) -> u64 {
        if self.sparse.is_some() {
            return 1 << 32;
        }
        self.arena.len() as u64 - Translation::SLACK
    }

    /// The linear memory.
    pub fn linear(&self) -> &[u8] {
        &self.arena[..self.size() as usize]
    }

    /// The linear memory, to be written.
    pub fn linear_mut(&mut self) -> &mut [u8] {
        let size = self.size() as usize;
        &mut self.arena[..size]
    }

    /// The record's first word.
    pub fn lowest(&self) -> u64 {
        u64::from_le_bytes(*self.record.first_chunk().expect("a word"))
    }

    /// Writes the record's first word, as a host does to cancel.
    pub fn set_lowest(&mut self, word: u64) {
        self.record[Record::LOWEST..][..8].copy_from_slice(&word.to_le_bytes());
    }

    /// Has the launches from now on do nothing, as a host does between runs of the same launches.
    pub fn latch(&mut self) {
        self.record.copy_within(..8, Record::LATCH);
        self.set_lowest(Record::CLEAR);
    }

    /// As a host does before a batch.
    pub fn clear_record(&mut self) {
        self.record.fill(0xff);
    }

    fn place(&mut self, address: u64, bytes: u64) -> Result<&mut [u8], Fault> {
        if !address.is_multiple_of(bytes) {
            return Err(Fault::Misaligned(address, bytes));
        }
        for (base, region) in [(ARENA, &mut self.arena[..]), (RECORD, &mut self.record[..])] {
            let Some(at) = address.checked_sub(base) else {
                continue;
            };
            if at + bytes <= region.len() as u64 {
                return Ok(&mut region[at as usize..][..bytes as usize]);
            }
        }
        Err(Fault::Unmapped(address, bytes))
    }

    /// Where an access is in a memory that is not held whole.
    fn far(&self, address: u64, bytes: u64) -> Option<std::ops::Range<u64>> {
        let at = address.checked_sub(ARENA)?;
        let inside = address.is_multiple_of(bytes) && at + bytes <= (1 << 32) + Translation::SLACK;
        (self.sparse.is_some() && inside).then_some(at..at + bytes)
    }

    /// A word of so many bytes.
    pub fn read(&mut self, address: u64, bytes: u64) -> Result<u64, Fault> {
        if let (Some(range), Some(sparse)) = (self.far(address, bytes), &self.sparse) {
            let byte = |at: u64| u64::from(sparse.get(&at).copied().unwrap_or(0));
            return Ok(range.rev().fold(0, |word, at| (word << 8) | byte(at)));
        }
        let mut word = [0; 8];
        word[..bytes as usize].copy_from_slice(self.place(address, bytes)?);
        Ok(u64::from_le_bytes(word))
    }

    /// Writes a word of so many bytes.
    pub fn write(&mut self, address: u64, bytes: u64, value: u64) -> Result<(), Fault> {
        let value = &value.to_le_bytes()[..bytes as usize];
        if let (Some(range), Some(sparse)) = (self.far(address, bytes), &mut self.sparse) {
            sparse.extend(range.zip(value.iter().copied()));
            return Ok(());
        }
        self.place(address, bytes)?.copy_from_slice(value);
        Ok(())
    }
}
