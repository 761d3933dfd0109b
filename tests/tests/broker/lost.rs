//! Brokers that end, hang, or are none.

use super::*;
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;

/// Devices with a broker of their own, and its mark.
fn marked(mark: &str) -> Devices {
    let mut process = process();
    process.environment.push(("MARK".into(), mark.into()));
    Devices::cuda(1, Fence::Trap).with_broker(process)
}

/// The process with this mark in its environment.
pub fn find(mark: &str) -> Option<Pid> {
    let mark = format!("MARK={mark}");
    let is_it = |folder: &Path| {
        let environment = std::fs::read(folder.join("environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        variables.any(|variable| variable == mark.as_bytes())
    };
    let number = |folder: &Path| folder.file_name()?.to_str()?.parse().ok();
    let folders = std::fs::read_dir("/proc").unwrap().flatten();
    let mut folders = folders.map(|entry| entry.path());
    let found = folders.find(|folder| number(folder).is_some() && is_it(folder))?;
    Pid::from_raw(number(&found)?)
}

/// How long a process has worked, in ticks.
fn worked(process: Pid) -> u64 {
    let path = format!("/proc/{}/stat", process.as_raw_nonzero());
    let text = std::fs::read_to_string(path).unwrap();
    // Behind the name, which may have spaces in it: proc_pid_stat(5).
    let (_, rest) = text.rsplit_once(')').unwrap();
    rest.split_whitespace().nth(11).unwrap().parse().unwrap()
}

/// Adds one to each byte; and loops without end, or nearly.
const PROGRAM: &str = r#"(func (export "compute:add") (param $i i32) (param $to i32)
        (local.set $to (i32.add (local.get $to) (local.get $i)))
        (i32.store8 (local.get $to) (i32.add (i32.load8_u (local.get $to)) (i32.const 1))))
    (func (export "compute:spin") (param $i i32) (param $to i32) (loop (br 0)))"#;

/// A space, and what `work` reads in it.
async fn work(devices: &Devices) -> Result<(Space, Vec<u8>), ComputeError> {
    let space = devices.space(None, &program(PROGRAM), 1 << 16)?;
    let buffer = space.allocate(100)?;
    let add = Command::Launch(launch("add", 100, vec![Argument::Buffer(buffer.clone())]));
    let plan = space.plan(vec![add])?;
    for _ in 0..2 {
        end(&plan.run(20)?).await?;
    }
    let bytes = space.read(&buffer, 0, 100).await?;
    Ok((space, bytes))
}

fn spinning(space: &Space) -> Event {
    let buffer = space.allocate(4).unwrap();
    let mut spin = launch("spin", 1, vec![Argument::Buffer(buffer)]);
    spin.fuel = Some(1 << 36);
    submit(space, spin)
}

fn is_lost<T: std::fmt::Debug>(ended: Result<T, ComputeError>) {
    assert!(
        matches!(ended, Err(ComputeError::DeviceLost(_))),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_broker_that_is_killed_loses_its_spaces_and_the_next_space_is_in_a_new_one() {
    let devices = marked("killed");
    let (space, bytes) = work(&devices).await.unwrap();
    assert_eq!(bytes, [40; 100]);
    let first = find("killed").expect("there is a broker");
    let spins = spinning(&space);
    let other = devices.space(None, &program(PROGRAM), 1 << 16).unwrap();
    kill_process(first, Signal::KILL).unwrap();
    is_lost(end(&spins).await);
    let buffer = other.allocate(4).unwrap();
    is_lost(other.read(&buffer, 0, 4).await);
    let (_space, bytes) = work(&devices).await.unwrap();
    assert_eq!(bytes, [40; 100]);
    assert_ne!(find("killed"), Some(first));
    // The old ones stay lost.
    is_lost(work_in(&space).await);
}

async fn work_in(space: &Space) -> Result<Stats, ComputeError> {
    let buffer = space.allocate(4)?;
    run(space, launch("add", 4, vec![Argument::Buffer(buffer)])).await
}

#[tokio::test]
async fn a_broker_that_hangs_is_ended_when_what_it_does_is_cancelled() {
    let devices = marked("hung");
    let (space, _) = work(&devices).await.unwrap();
    let broker = find("hung").expect("there is a broker");
    let before = worked(broker);
    let spins = spinning(&space);
    let has_begun = async {
        while worked(broker) < before + 5 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let has_begun = tokio::time::timeout(Duration::from_secs(60), has_begun).await;
    assert!(has_begun.is_ok(), "it does not spin");
    kill_process(broker, Signal::STOP).unwrap();
    spins.cancel();
    is_lost(end(&spins).await);
    let (_space, bytes) = work(&devices).await.unwrap();
    assert_eq!(bytes, [40; 100]);
}

#[tokio::test]
async fn the_broker_ends_with_the_last_handle() {
    let devices = marked("last");
    let (space, _) = work(&devices).await.unwrap();
    drop(devices);
    assert!(find("last").is_some());
    work_in(&space).await.unwrap();
    drop(space);
    // The threads let go of what they did last a moment later.
    let gone = async {
        while find("last").is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(60), gone).await;
    assert!(gone.is_ok(), "it is there still");
}

#[tokio::test]
async fn a_broker_that_ends_again_and_again_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let program_file = folder.path().join("broker");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_broker"), &program_file).unwrap();
    let mut process = process();
    process.program.clone_from(&program_file);
    process.environment.push(("MARK".into(), "again".into()));
    let devices = Devices::auto(1, Fence::Mask).with_broker(process);
    let (space, _) = work(&devices).await.unwrap();
    assert_eq!(space.device().kind, DeviceKind::Cuda);
    std::fs::remove_file(&program_file).unwrap();
    kill_process(find("again").unwrap(), Signal::KILL).unwrap();
    is_lost(work_in(&space).await);
    let on_card = || devices.space(Some(DeviceKind::Cuda), &program(PROGRAM), 1);
    let refused = on_card().unwrap_err();
    assert!(refused.to_string().contains("cannot start"), "{refused}");
    // Where it is not asked for, the CPU is as good.
    let (space, bytes) = work(&devices).await.unwrap();
    assert_eq!(
        (space.device().kind, bytes),
        (DeviceKind::Cpu, vec![40; 100])
    );
    let refused = on_card().unwrap_err();
    assert!(refused.to_string().contains("again and again"), "{refused}");
    let kinds: Vec<_> = devices.list().iter().map(|device| device.kind).collect();
    assert_eq!(kinds, [DeviceKind::Cpu]);
}

#[tokio::test]
async fn a_program_that_is_no_broker_is_as_good_as_none() {
    for program_file in ["/nowhere", "/bin/true", "/bin/cat", "/usr/bin/yes"] {
        let process = BrokerProcess::new(program_file);
        let devices = Devices::auto(1, Fence::Mask).with_broker(process);
        let (space, bytes) = work(&devices).await.unwrap();
        assert_eq!(space.device().kind, DeviceKind::Cpu, "{program_file}");
        assert_eq!(bytes, [40; 100]);
    }
}

#[tokio::test]
async fn what_spaces_took_in_the_broker_is_given_back() {
    // The stand-in has 1 GiB.
    for _ in 0..40 {
        let space = devices().space(Some(DeviceKind::Cuda), &program(PROGRAM), 200 << 20);
        let space = space.unwrap();
        let buffer = space.allocate(4).unwrap();
        let plan = launch("add", 4, vec![Argument::Buffer(buffer)]);
        end(&space
            .plan(vec![Command::Launch(plan)])
            .unwrap()
            .run(3)
            .unwrap())
        .await
        .unwrap();
    }
}
