//! What a thread can reach: the arena with its slack, and the error record.

use ringhost_ptx::{ErrorRecord, Translation};

/// Where the arena is on the device.
pub const ARENA: u64 = 0x7_0000_0000;
/// Where the error record is.
pub const RECORD: u64 = 0x3_0000_0100;

/// The memory of a device.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The linear memory, and the slack behind it.
    arena: Vec<u8>,
    record: [u8; ErrorRecord::SIZE],
}

impl Memory {
    /// A linear memory with these bytes, and all else zero.
    pub fn new(bytes: &[u8]) -> Self {
        let mut arena = bytes.to_vec();
        arena.resize(bytes.len() + Translation::SLACK as usize, 0);
        Self {
            arena,
            record: [0; ErrorRecord::SIZE],
        }
    }

    /// Bytes of the linear memory.
    pub fn size(&self) -> u64 {
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

    /// What trapped first.
    pub fn record(&self) -> Option<ErrorRecord> {
        ErrorRecord::read(&self.record)
    }

    /// As a host does before a launch.
    pub fn clear_record(&mut self) {
        self.record.fill(0);
    }

    /// Writes into the record as a host does.
    pub fn cancel(&mut self) {
        self.record[0] = ringhost_ptx::TrapKind::Cancelled as u8;
    }

    fn place(&mut self, address: u64, bytes: u64) -> Result<&mut [u8], String> {
        if !address.is_multiple_of(bytes) {
            return Err(format!(
                "misaligned access of {bytes} bytes at {address:#x}"
            ));
        }
        for (base, region) in [(ARENA, &mut self.arena[..]), (RECORD, &mut self.record[..])] {
            let Some(at) = address.checked_sub(base) else {
                continue;
            };
            if at + bytes <= region.len() as u64 {
                return Ok(&mut region[at as usize..][..bytes as usize]);
            }
        }
        Err(format!(
            "access of {bytes} bytes outside of the arena, at {address:#x}"
        ))
    }

    pub fn read(&mut self, address: u64, bytes: u64) -> Result<u64, String> {
        let mut word = [0; 8];
        word[..bytes as usize].copy_from_slice(self.place(address, bytes)?);
        Ok(u64::from_le_bytes(word))
    }

    pub fn write(&mut self, address: u64, bytes: u64, value: u64) -> Result<(), String> {
        let value = &value.to_le_bytes()[..bytes as usize];
        self.place(address, bytes)?.copy_from_slice(value);
        Ok(())
    }
}
