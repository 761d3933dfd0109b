//! The same function in a space on the GPU and in one on the CPU, over the same bytes.

use super::*;
use ringhost_compute::TrapCode;

/// Bytes that an item has: three operands of 16 bytes each, and its result.
const RECORD: usize = 64;

/// Where in them the result is.
pub const RESULT: usize = 48;

/// How large the spaces' buffers can be together: with the program's one page a power of two, which a space on
/// the GPU is in any case.
const ROOM: u64 = (4 << 20) - (64 << 10);

/// A space on each device, for one program. What is in them lies at the same addresses.
pub struct Beside {
    what: String,
    on_cpu: Space,
    on_gpu: Space,
}

/// What a launch left of its records, or where and with what it trapped.
type Outcome = Result<Vec<u8>, (u32, TrapCode)>;

impl Beside {
    /// For a function with this body, which has the item, `$item`, the address of its record, `$at`, and a
    /// local `$p`.
    pub fn new(devices: &Devices, what: &str, body: &str) -> Self {
        let text = format!(
            r#"(func (export "compute:f") (param $item i32) (param $at i32) (local $p i32)
            (local.set $at (i32.add (local.get $at) (i32.mul (local.get $item) (i32.const {RECORD}))))
            {body})"#
        );
        let module = wat::parse_str(format!("(module (memory 1) {text})"));
        let module = module.unwrap_or_else(|error| panic!("{what}: {error}"));
        let program = Program::of_module(&module).unwrap_or_else(|error| panic!("{what}: {error}"));
        let space = |kind| {
            let space = devices.space(Some(kind), &program, ROOM);
            space.unwrap_or_else(|error| panic!("{what}: {error}"))
        };
        Self {
            what: what.to_owned(),
            on_cpu: space(DeviceKind::Cpu),
            on_gpu: space(DeviceKind::Cuda),
        }
    }

    /// Where both spaces end.
    pub fn end(&self) -> u64 {
        assert_eq!(self.on_cpu.memory_bytes(), self.on_gpu.memory_bytes());
        self.on_cpu.memory_bytes()
    }

    /// A buffer of so many bytes in each, at the same address, filled alike.
    pub fn buffers(&self, bytes: u32) -> [Buffer; 2] {
        let filling: Vec<u8> = (0..bytes).map(|at| (at * 37 % 251) as u8).collect();
        let buffers = [&self.on_cpu, &self.on_gpu].map(|space| {
            let buffer = space.allocate(bytes).unwrap();
            space.write(&buffer, 0, &filling).unwrap();
            buffer
        });
        assert_eq!(buffers[0].address(), buffers[1].address(), "{}", self.what);
        buffers
    }

    /// Asserts that both leave the same in these buffers.
    pub async fn same([on_cpu, on_gpu]: &[Buffer; 2], all: &Self) {
        let wanted = read(&all.on_cpu, on_cpu).await;
        let found = read(&all.on_gpu, on_gpu).await;
        let at = found
            .iter()
            .zip(&wanted)
            .position(|(one, other)| one != other);
        assert_eq!(at, None, "{} at {:#x}", all.what, on_cpu.address());
    }

    /// Asserts that an item with each of these operands leaves the same result on both. Where one traps, it
    /// does so on both, and the others are tried without it.
    pub async fn agree(&self, mut operands: Vec<Vec<u128>>) {
        loop {
            let records = records(&operands);
            let wanted = run_in(&self.on_cpu, &records).await;
            let found = run_in(&self.on_gpu, &records).await;
            match (wanted, found) {
                (Ok(wanted), Ok(found)) => return self.compare(&operands, &wanted, &found),
                (Err(wanted), Err(found)) if wanted == found => {
                    operands.remove(found.0 as usize);
                }
                (wanted, found) => {
                    let ended = |outcome: &Outcome| match outcome {
                        Ok(_) => "no trap".to_owned(),
                        Err((item, code)) => {
                            format!("{code:?} of {:x?}", operands.get(*item as usize))
                        }
                    };
                    let (wanted, found) = (ended(&wanted), ended(&found));
                    panic!("{}: {found} and not {wanted}", self.what)
                }
            }
        }
    }

    /// Asserts that an item with these operands traps on both, in the same way.
    pub async fn trap(&self, operands: Vec<u128>) {
        let records = records(std::slice::from_ref(&operands));
        let wanted = run_in(&self.on_cpu, &records).await;
        let found = run_in(&self.on_gpu, &records).await;
        let what = format!("{} of {operands:x?}", self.what);
        assert!(wanted.is_err(), "{what} does not trap on the CPU");
        assert_eq!(found.err(), wanted.err(), "{what}");
    }

    fn compare(&self, operands: &[Vec<u128>], wanted: &[u8], found: &[u8]) {
        let results = wanted.chunks(RECORD).zip(found.chunks(RECORD));
        for (operands, (wanted, found)) in operands.iter().zip(results) {
            let (wanted, found) = (&wanted[RESULT..], &found[RESULT..]);
            assert_eq!(
                found, wanted,
                "{} of {operands:x?}, the second is the CPU's",
                self.what
            );
        }
    }
}

fn records(operands: &[Vec<u128>]) -> Vec<u8> {
    let mut bytes = vec![0xa5; operands.len() * RECORD];
    for (operands, record) in operands.iter().zip(bytes.chunks_mut(RECORD)) {
        for (operand, place) in operands.iter().zip(record.chunks_mut(16)) {
            place.copy_from_slice(&operand.to_le_bytes());
        }
    }
    bytes
}

async fn run_in(space: &Space, records: &[u8]) -> Outcome {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let buffer = space.allocate(records.len() as u32).unwrap();
    space.write(&buffer, 0, records).unwrap();
    let items = (records.len() / RECORD) as u32;
    match run(
        space,
        launch("f", items, vec![Argument::Buffer(buffer.clone())]),
    )
    .await
    {
        Ok(_) => Ok(read(space, &buffer).await),
        Err(ComputeError::Trap { item, code, .. }) => Err((item, code)),
        Err(other) => panic!("{other}"),
    }
}
