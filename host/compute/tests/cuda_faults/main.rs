//! The real CUDA backend where its driver fails: over a stand-in that fails when it is told to. The stand-in
//! is one for the whole process, so these tests run one behind the other.

mod lost;
mod products;
mod resources;
mod store;

use cuda_stand_in::StandIn;
use ringhost_compute::{
    Argument, Buffer, Command, ComputeError, DeviceKind, Devices, Event, Fence, Launch, Program,
    Residence, Resident, Space,
};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// The stand-in, as if it were just loaded, and for one test alone.
async fn stand_in() -> (StandIn, MutexGuard<'static, ()>) {
    let turn = ONE_AT_A_TIME.lock().await;
    let stand_in = cuda_stand_in::load();
    stand_in.reset();
    (stand_in, turn)
}

/// Lets go of devices whose spaces are gone, and waits until nothing of them is left: their threads let go
/// of what they did last a moment later.
async fn all_is_given_back(stand_in: &StandIn, devices: Devices) {
    drop(devices);
    let waiting = async {
        while stand_in.leaks() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    assert!(gone.is_ok(), "{} are left", stand_in.leaks());
}

/// Adds one to each byte; loops without end; and moves the C stack.
const PROGRAM: &str = r#"(module (memory 1) (global $__stack_pointer (export "__stack_pointer") (mut i32) (i32.const 65536))
    (func (export "compute:add") (param $i i32) (param $to i32)
        (local.set $to (i32.add (local.get $to) (local.get $i)))
        (i32.store8 (local.get $to) (i32.add (i32.load8_u (local.get $to)) (i32.const 1))))
    (func (export "compute:trap") (param $i i32) (param $to i32) unreachable)
    (func (export "compute:spin") (param $i i32) (param $to i32) (loop (br 0)))
    (func (export "compute:stacked") (param $i i32) (param $to i32) (local $at i32)
        (global.set $__stack_pointer
            (local.tee $at (i32.sub (global.get $__stack_pointer) (i32.const 64))))
        (i32.store8 (local.get $at) (local.get $i))
        (i32.store8 (i32.add (local.get $to) (local.get $i)) (i32.load8_u (local.get $at)))
        (global.set $__stack_pointer (i32.add (local.get $at) (i32.const 64)))))"#;

fn program() -> Program {
    Program::of_module(&wat::parse_str(PROGRAM).unwrap()).unwrap()
}

fn launch(function: &str, buffer: &Buffer) -> Command {
    Command::Launch(Launch {
        function: function.to_owned(),
        items: buffer.len(),
        arguments: vec![Argument::Buffer(buffer.clone())],
        fuel: None,
    })
}

async fn end(event: &Event) -> Result<(), ComputeError> {
    let ended = tokio::time::timeout(Duration::from_secs(120), event.wait());
    ended.await.expect("it ends").map(drop)
}

/// Fills a buffer, copies it, adds one to it and reads it, by a plan as well: about all that a space does.
async fn everything(devices: &Devices) -> Result<Vec<u8>, ComputeError> {
    let space = devices.space(Some(DeviceKind::Cuda), &program(), 1 << 16)?;
    work(&space).await
}

async fn work(space: &Space) -> Result<Vec<u8>, ComputeError> {
    let (one, other) = (space.allocate(300)?, space.allocate(300)?);
    space.write(&one, 0, &[4; 300])?;
    let fill = Command::Fill {
        buffer: other.clone(),
        offset: 0,
        length: 300,
        byte: 9,
    };
    let copy = Command::Copy {
        from: one.clone(),
        from_offset: 0,
        to: other.clone(),
        to_offset: 10,
        length: 290,
    };
    let overlapping = Command::Copy {
        from: other.clone(),
        from_offset: 0,
        to: other.clone(),
        to_offset: 5,
        length: 20,
    };
    let add = launch("add", &other);
    end(&space.submit(vec![fill, copy, overlapping, add.clone()])?).await?;
    // The second time the plan is known to be short, and is replayed.
    let plan = space.plan(vec![add.clone(), add])?;
    for _ in 0..2 {
        let ended = plan.run(10)?;
        end(&ended).await?;
    }
    talk(space).await?;
    space.read(&other, 0, 300).await
}

/// Has messages answered by a function that stays on the device, each with one more than it says.
async fn talk(space: &Space) -> Result<(), ComputeError> {
    let both = space.allocate(8)?;
    let resident = space.reside(residence("add", &both, 8))?;
    for number in 0..6 {
        assert!(resident.send(&[number; 8])?);
        if number % 2 == 1 {
            let answers = [answer(&resident).await?, answer(&resident).await?];
            assert_eq!(answers, [[number; 8], [number + 1; 8]]);
        }
    }
    Ok(())
}

/// A function that reads its messages and writes its answers in the same place.
fn residence(function: &str, both: &Buffer, items: u32) -> Residence {
    Residence {
        launch: Launch {
            function: function.to_owned(),
            items,
            arguments: vec![Argument::Buffer(both.clone())],
            fuel: Some(1 << 36),
        },
        input: both.clone(),
        output: both.clone(),
        depth: 4,
    }
}

async fn answer(resident: &Resident) -> Result<Vec<u8>, ComputeError> {
    let answered = tokio::time::timeout(Duration::from_secs(120), resident.receive());
    answered.await.expect("it is answered")
}

/// What `work` reads where nothing fails.
fn expected() -> Vec<u8> {
    let mut bytes = vec![9; 10];
    bytes.extend([4; 290]);
    bytes.copy_within(0..20, 5);
    bytes.iter().map(|byte| byte + 41).collect()
}
