//! What the messages to and from the kernel `simulated` say. The simulation, which sends them,
//! reads it here, too.

/// What a message tells the kernel to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Answer once.
    Answer,
    /// Compute for so many steps, then answer.
    Compute,
    /// Answer so many times, all in one call.
    Split,
    /// Answer if there is room at once.
    Hurry,
    /// Do nothing.
    Forget,
    /// Return.
    Leave,
    /// Return an error.
    Fail,
    /// Do what WebAssembly forbids.
    Trap,
}

impl Command {
    /// All commands, in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::Answer,
        Self::Compute,
        Self::Split,
        Self::Hurry,
        Self::Forget,
        Self::Leave,
        Self::Fail,
        Self::Trap,
    ];
}

/// A message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Given by whoever began the exchange, once; every answer carries it on.
    pub label: u32,
    /// 0 in what begins an exchange; another one for each message that a kernel sends.
    pub serial: u32,
    /// What to do.
    pub command: Command,
    /// How much or how often.
    pub argument: u32,
}

impl Order {
    /// A code and three numbers.
    const BYTES: usize = 13;

    /// The message's bytes.
    pub fn encode(self) -> Vec<u8> {
        let mut bytes = vec![self.command as u8];
        for number in [self.label, self.serial, self.argument] {
            bytes.extend(number.to_le_bytes());
        }
        bytes
    }

    /// Reads a message; `None` if it is none.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::BYTES {
            return None;
        }
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        Some(Self {
            command: *Command::ALL.get(usize::from(*bytes.first()?))?,
            label: number(1)?,
            serial: number(5)?,
            argument: number(9)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_read_as_it_was_written() {
        for command in Command::ALL {
            let order = Order {
                label: 7,
                serial: u32::MAX,
                command,
                argument: 0x0102_0304,
            };
            let bytes = order.encode();
            assert_eq!(Order::decode(&bytes), Some(order));
            assert_eq!(Order::decode(&bytes[..bytes.len() - 1]), None);
            assert_eq!(Order::decode(&[&bytes[..], &[0]].concat()), None);
        }
        assert_eq!(Order::decode(&[Command::ALL.len() as u8; 13]), None);
    }
}
