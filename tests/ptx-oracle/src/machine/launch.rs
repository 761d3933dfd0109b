//! What a launch is given, and for how long it may run.

use ptx_machine::{Fault, Grid, Kernel};
use ringhost_ptx::Record;

use super::memory::{ARENA, Memory, RECORD};

/// What a launch is given, besides the memory.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Blocks of the grid.
    pub blocks: u32,
    /// Threads of each.
    pub threads: u32,
    /// The index of the first item.
    pub first: u64,
    /// How many items.
    pub count: u64,
    /// Units that each may use.
    pub fuel: u64,
    /// Where in the arena the C stacks begin.
    pub stack: u32,
    /// The number of the launch in its batch.
    pub ordinal: u32,
    /// The bits of the function's own parameters.
    pub parameters: Vec<u64>,
    /// Instructions that all threads may take together.
    pub most: u64,
    /// Whether the last thread runs first.
    pub backwards: bool,
    /// After how many instructions of all threads the host cancels.
    pub cancelled_after: Option<u64>,
}

impl Default for Launch {
    fn default() -> Self {
        Self {
            blocks: 1,
            threads: 1,
            first: 0,
            count: 1,
            fuel: 1_000_000,
            stack: 0,
            ordinal: 0,
            parameters: Vec::new(),
            most: 20_000_000,
            backwards: false,
            cancelled_after: None,
        }
    }
}

/// Runs a launch. An error is what a device would not survive, or threads that do not end.
pub fn run(kernel: &Kernel, memory: &mut Memory, launch: &Launch) -> Result<(), Fault> {
    let mut parameters = vec![
        ARENA,
        memory.size(),
        RECORD,
        launch.first,
        launch.count,
        launch.fuel,
        u64::from(launch.stack),
        u64::from(launch.ordinal),
    ];
    let names: Vec<&str> = (kernel.parameters.iter().map(|(name, _)| name.as_str())).collect();
    let fixed = [
        "arena", "size", "record", "first", "count", "fuel", "stack", "ordinal",
    ];
    assert_eq!(names[..fixed.len()], fixed);
    parameters.extend(&launch.parameters);
    let grid = Grid {
        blocks: launch.blocks,
        threads: launch.threads,
        backwards: launch.backwards,
    };
    let mut bounded = Bounded {
        memory,
        taken: 0,
        launch,
    };
    ptx_machine::run(kernel, &mut bounded, grid, &parameters)
}

/// The memory of a launch that ends by itself, or else after so many instructions.
struct Bounded<'a> {
    memory: &'a mut Memory,
    taken: u64,
    launch: &'a Launch,
}

impl ptx_machine::Memory for Bounded<'_> {
    fn read(&mut self, address: u64, bytes: u64) -> Result<u64, Fault> {
        self.memory.read(address, bytes)
    }

    fn write(&mut self, address: u64, bytes: u64, value: u64) -> Result<(), Fault> {
        self.memory.write(address, bytes, value)
    }

    fn update(
        &mut self,
        address: u64,
        bytes: u64,
        new: &mut dyn FnMut(u64) -> u64,
    ) -> Result<u64, Fault> {
        let found = self.memory.read(address, bytes)?;
        self.memory.write(address, bytes, new(found))?;
        Ok(found)
    }

    fn tick(&mut self) -> Result<(), Fault> {
        self.taken += 1;
        if self.taken > self.launch.most {
            return Err(Fault::Stopped("the threads do not end".into()));
        }
        if self.launch.cancelled_after == Some(self.taken) {
            self.memory.set_lowest(Record::CANCEL);
        }
        Ok(())
    }
}
