//! A resident kernel, with a host that talks to it while it runs.

use ptx_machine::{Fault, Grid, Kernel};
use ringhost_ptx::{Record, Ring, Translation};

use super::memory::{ARENA, Memory, RECORD};

/// Where the ring is on the device.
const PLACE: u64 = 0x9_0000_0000;

/// What the loop is launched with, besides the memory.
#[derive(Debug, Clone)]
pub struct Residence {
    /// Its ring.
    pub ring: Ring,
    /// Threads of the block.
    pub threads: u32,
    /// Whether the last thread runs first.
    pub backwards: bool,
    /// Items of each message.
    pub items: u32,
    /// Units that each may use.
    pub fuel: u64,
    /// Where in the arena the C stacks begin.
    pub stack: u32,
    /// Where in the arena messages are put.
    pub input: u32,
    /// Where in the arena answers are found.
    pub output: u32,
    /// How often it looks for a message in vain.
    pub polls: u32,
    /// The bits of the function's own parameters.
    pub parameters: Vec<u64>,
}

/// What a host sees and does while the loop runs.
pub struct Beside<'a> {
    /// The arena and the record.
    pub memory: &'a mut Memory,
    bytes: Vec<u8>,
    ring: Ring,
    taken: u64,
}

impl Beside<'_> {
    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..][..bytes.len()].copy_from_slice(bytes);
    }

    fn word(&self, at: usize) -> u64 {
        u64::from_le_bytes(*self.bytes[at..].first_chunk().expect("a word"))
    }

    /// Puts the message of that number in its place.
    pub fn message(&mut self, number: u32, bytes: &[u8]) {
        self.put(self.ring.message(number).unwrap(), bytes);
    }

    /// Says that there are so many messages, and whether to wait for more.
    pub fn give(&mut self, messages: u32, control: u32) {
        let word = u64::from(control) << 32 | u64::from(messages);
        self.put(Ring::GIVEN, &word.to_le_bytes());
    }

    /// How many messages are answered.
    pub fn answered(&self) -> u32 {
        self.word(Ring::ANSWERED) as u32
    }

    /// The answer of that number, and what the record said.
    pub fn answer(&self, number: u32) -> (u64, Vec<u8>) {
        let at = self.ring.answer(number).unwrap();
        let bytes = self.bytes[at..][..self.ring.outputs as usize].to_vec();
        (self.word(self.ring.verdict(number).unwrap()), bytes)
    }

    /// Ends the message that it is at.
    pub fn cancel(&mut self) {
        self.memory.set_lowest(Record::CANCEL);
    }
}

/// Runs the loop to its end beside a host, which is asked before each instruction what it does. What is left
/// of the ring comes back.
pub fn reside<'a>(
    translation: &Translation,
    memory: &'a mut Memory,
    residence: &Residence,
    host: impl FnMut(&mut Beside<'_>, u64),
) -> Beside<'a> {
    let Residence {
        ring,
        items,
        fuel,
        stack,
        input,
        output,
        polls,
        ..
    } = residence;
    let kernel = Kernel::parse(&translation.ptx);
    let mut parameters = vec![ARENA, memory.size(), RECORD, PLACE];
    parameters.extend([u64::from(*items), *fuel]);
    parameters.extend(
        [
            *stack,
            ring.depth,
            *input,
            ring.inputs,
            *output,
            ring.outputs,
            *polls,
        ]
        .map(u64::from),
    );
    parameters.extend(&residence.parameters);
    let mut view = View {
        beside: Beside {
            memory,
            // The counts are zero, and nothing else is.
            bytes: vec![0xcd; ring.bytes().unwrap()],
            ring: *ring,
            taken: 0,
        },
        host,
    };
    view.beside.give(0, Ring::GO);
    view.beside.put(Ring::ANSWERED, &[0; 8]);
    let grid = Grid {
        blocks: 1,
        threads: residence.threads,
        backwards: residence.backwards,
    };
    ptx_machine::run(&kernel, &mut view, grid, &parameters).expect("the device survives");
    view.beside
}

struct View<'a, H> {
    beside: Beside<'a>,
    host: H,
}

impl<H> View<'_, H> {
    fn in_ring(&mut self, address: u64, bytes: u64) -> Option<&mut [u8]> {
        let at = address.checked_sub(PLACE)? as usize;
        assert!(address.is_multiple_of(bytes), "misaligned in the ring");
        self.beside.bytes.get_mut(at..at + bytes as usize)
    }
}

impl<H: FnMut(&mut Beside<'_>, u64)> ptx_machine::Memory for View<'_, H> {
    fn read(&mut self, address: u64, bytes: u64) -> Result<u64, Fault> {
        match self.in_ring(address, bytes) {
            Some(place) => {
                let mut word = [0; 8];
                word[..place.len()].copy_from_slice(place);
                Ok(u64::from_le_bytes(word))
            }
            None => self.beside.memory.read(address, bytes),
        }
    }

    fn write(&mut self, address: u64, bytes: u64, value: u64) -> Result<(), Fault> {
        match self.in_ring(address, bytes) {
            Some(place) => {
                place.copy_from_slice(&value.to_le_bytes()[..bytes as usize]);
                Ok(())
            }
            None => self.beside.memory.write(address, bytes, value),
        }
    }

    fn update(
        &mut self,
        address: u64,
        bytes: u64,
        new: &mut dyn FnMut(u64) -> u64,
    ) -> Result<u64, Fault> {
        let found = self.read(address, bytes)?;
        self.write(address, bytes, new(found))?;
        Ok(found)
    }

    fn tick(&mut self) -> Result<(), Fault> {
        self.beside.taken += 1;
        if self.beside.taken > 50_000_000 {
            return Err(Fault::Stopped("the loop does not end".into()));
        }
        let taken = self.beside.taken;
        (self.host)(&mut self.beside, taken);
        Ok(())
    }
}
