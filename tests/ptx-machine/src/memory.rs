//! What threads read and write.

/// Why a launch ended before its threads did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An access to what is not there: the address, and how many bytes.
    Unmapped(u64, u64),
    /// An access to an address that is no multiple of its bytes.
    Misaligned(u64, u64),
    /// [`Memory::tick`] ended it, for this reason.
    Stopped(String),
    /// The kernel did what PTX leaves open, as a branch beyond its table.
    Undefined(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unmapped(address, bytes) => {
                write!(
                    f,
                    "access of {bytes} bytes at {address:#x}, where nothing is"
                )
            }
            Self::Misaligned(address, bytes) => {
                write!(f, "misaligned access of {bytes} bytes at {address:#x}")
            }
            Self::Stopped(why) | Self::Undefined(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Fault {}

/// The memory of a device, as its threads see it. Accesses are of 1, 2, 4 or 8 bytes.
pub trait Memory {
    /// What is at the address, as a number.
    ///
    /// # Errors
    /// Where a device would not survive it.
    fn read(&mut self, address: u64, bytes: u64) -> Result<u64, Fault>;

    /// Puts a number there.
    ///
    /// # Errors
    /// As [`Memory::read`].
    fn write(&mut self, address: u64, bytes: u64, value: u64) -> Result<(), Fault>;

    /// Puts there what is made of what is there, with nothing between, and returns what was there.
    ///
    /// # Errors
    /// As [`Memory::read`].
    fn update(
        &mut self,
        address: u64,
        bytes: u64,
        new: &mut dyn FnMut(u64) -> u64,
    ) -> Result<u64, Fault>;

    /// Is called before each instruction.
    ///
    /// # Errors
    /// Where the launch is to end.
    fn tick(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    /// Is called where a thread waits for so many nanoseconds.
    fn rest(&mut self, _nanoseconds: u64) {}
}
