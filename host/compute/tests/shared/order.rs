//! What is done in which order, and what is refused.

use super::*;

pub const ADD: &str = r#"(@custom "ring:compute" "set to:out value:value\nget from:in to:out\n")
    (func (export "compute:set") (param $i i32) (param $to i32) (param $value i32)
        (i32.store8 (i32.add (local.get $to) (local.get $i)) (local.get $value)))
    (func (export "compute:get") (param $i i32) (param $from i32) (param $to i32)
        (i32.store8 (i32.add (local.get $to) (local.get $i))
            (i32.load8_u (i32.add (local.get $from) (local.get $i)))))
    (func (export "compute:add") (param $i i32) (param $to i32)
        (local.set $to (i32.add (local.get $to) (local.get $i)))
        (i32.store8 (local.get $to) (i32.add (i32.load8_u (local.get $to)) (i32.const 1))))
    (func (export "compute:trap") (param $i i32) (param $to i32) unreachable)
    (func (export "compute:spin_a_while") (param $i i32) (param $to i32) (local $n i32)
        (loop $again (br_if $again (i32.lt_u
            (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 10000000)))))
    (func (export "compute:spin") (param $i i32) (param $to i32) (loop (br 0)))"#;

fn fill(buffer: &Buffer, byte: u8) -> Command {
    Command::Fill {
        buffer: buffer.clone(),
        offset: 0,
        length: buffer.len(),
        byte,
    }
}

fn copy(from: &Buffer, from_offset: u32, to: &Buffer, to_offset: u32, length: u32) -> Command {
    Command::Copy {
        from: from.clone(),
        from_offset,
        to: to.clone(),
        to_offset,
        length,
    }
}

pub fn add(buffer: &Buffer) -> Command {
    let arguments = vec![Argument::Buffer(buffer.clone())];
    Command::Launch(launch("add", buffer.len(), arguments))
}

/// Commands that take until they are cancelled.
pub fn endless(space: &Space, buffer: &Buffer) -> Event {
    let mut spin = launch("spin", 1000, vec![Argument::Buffer(buffer.clone())]);
    spin.fuel = Some(1 << 36);
    submit(space, spin)
}

#[tokio::test]
async fn commands_are_done_in_the_order_in_which_they_were_asked_for() {
    let space = space(ADD);
    let one = space.allocate(1000).unwrap();
    let other = space.allocate(1000).unwrap();
    let batch = vec![
        fill(&one, 5),
        add(&one),
        copy(&one, 0, &other, 0, 1000),
        add(&one),
    ];
    let stats = end(&space.submit(batch).unwrap()).await.unwrap();
    assert_eq!((stats.launches, stats.items), (2, 2000));
    assert!(stats.device_time > Duration::ZERO);
    space.submit(vec![add(&other)]).unwrap();
    space.write(&other, 1, &[9]).unwrap();
    assert_eq!(space.read(&one, 999, 1).await, Ok(vec![7]));
    assert_eq!(space.read(&other, 0, 3).await, Ok(vec![7, 9, 7]));
}

#[tokio::test]
async fn what_is_copied_over_itself_is_moved() {
    let space = space(ADD);
    let buffer = buffer(&space, (0..10).map(|n| [n]));
    let moved = vec![copy(&buffer, 0, &buffer, 2, 8)];
    end(&space.submit(moved).unwrap()).await.unwrap();
    assert_eq!(read(&space, &buffer).await, [0, 1, 0, 1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn nothing_at_all_is_done_at_once() {
    let space = space(ADD);
    let empty = space.allocate(0).unwrap();
    assert_eq!(
        end(&space.submit(Vec::new()).unwrap()).await.unwrap(),
        Stats::default()
    );
    let stats = end(&space.submit(vec![add(&empty)]).unwrap())
        .await
        .unwrap();
    assert_eq!(stats.items, 0);
    assert_eq!(read(&space, &empty).await, [0_u8; 0]);
    let plan = space.plan(vec![add(&empty)]).unwrap();
    assert_eq!(end(&plan.run(0).unwrap()).await.unwrap().launches, 0);
    let plan = space.plan(Vec::new()).unwrap();
    end(&plan.run(u32::MAX).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_plan_does_its_commands_as_often_as_it_is_told() {
    let space = space(ADD);
    let buffer = space.allocate(10).unwrap();
    let plan = space.plan(vec![add(&buffer)]).unwrap();
    let stats = end(&plan.run(10_000).unwrap()).await.unwrap();
    assert_eq!((stats.launches, stats.items), (10_000, 100_000));
    assert_eq!(read(&space, &buffer).await, [(10_000 % 256) as u8; 10]);
    plan.run(3).unwrap();
    assert_eq!(read(&space, &buffer).await, [(10_003 % 256) as u8; 10]);
}

#[tokio::test]
async fn a_hundred_thousand_small_submits_are_all_done() {
    let space = space(ADD);
    let buffer = space.allocate(1).unwrap();
    let mut last = None;
    for _ in 0..100_000 {
        last = Some(space.submit(vec![add(&buffer)]).unwrap());
    }
    end(&last.unwrap()).await.unwrap();
    assert_eq!(read(&space, &buffer).await, [(100_000 % 256) as u8]);
}

#[tokio::test]
async fn a_space_takes_no_more_commands_than_it_can_hold() {
    let space = space(ADD);
    let buffer = space.allocate(1).unwrap();
    let spin = endless(&space, &buffer);
    let refused = (0..300_000).find_map(|_| space.submit(vec![add(&buffer)]).err());
    assert_eq!(refused, Some(ComputeError::Full { waiting: 1 << 18 }));
    spin.cancel();
    assert_eq!(end(&spin).await, Err(ComputeError::Cancelled));
}

#[tokio::test]
async fn what_a_failed_launch_could_write_is_poisoned_until_it_is_overwritten_whole() {
    let space = space(ADD);
    let (bad, good) = (space.allocate(8).unwrap(), space.allocate(8).unwrap());
    let trap = launch("trap", 8, vec![Argument::Buffer(bad.clone())]);
    let get = launch(
        "get",
        8,
        vec![
            Argument::Buffer(bad.clone()),
            Argument::Buffer(good.clone()),
        ],
    );
    let poisoned = Err(ComputeError::Poisoned);
    assert!(run(&space, trap.clone()).await.is_err());
    assert_eq!(space.read(&bad, 0, 1).await, poisoned);
    assert_eq!(space.read(&good, 0, 1).await, Ok(vec![0]));
    // What reads it fails as well, and what is copied from it is poisoned.
    assert_eq!(run(&space, get.clone()).await, Err(ComputeError::Poisoned));
    assert_eq!(space.read(&good, 0, 1).await, poisoned);
    end(&space.submit(vec![fill(&good, 1)]).unwrap())
        .await
        .unwrap();
    end(&space.submit(vec![copy(&bad, 0, &good, 0, 1)]).unwrap())
        .await
        .unwrap();
    assert_eq!(space.read(&good, 0, 1).await, poisoned);
    // A part is not the whole.
    space.write(&bad, 0, &[1; 7]).unwrap();
    assert_eq!(space.read(&bad, 0, 1).await, poisoned);
    space.write(&bad, 0, &[1; 8]).unwrap();
    assert_eq!(space.read(&bad, 0, 1).await, Ok(vec![1]));
    // As `out`, and as what a skipped command would have written.
    run(&space, get).await.unwrap();
    assert_eq!(read(&space, &good).await, [1; 8]);
    let batch = vec![Command::Launch(trap), fill(&good, 2)];
    assert!(end(&space.submit(batch).unwrap()).await.is_err());
    assert_eq!(space.read(&good, 0, 1).await, poisoned);
    let set = vec![Argument::Buffer(bad.clone()), Argument::I32(3)];
    run(&space, launch("set", 8, set)).await.unwrap();
    assert_eq!(read(&space, &bad).await, [3; 8]);
}

#[tokio::test]
async fn a_launch_is_cancelled_while_it_waits_and_while_it_runs() {
    let space = space(ADD);
    let (one, other) = (space.allocate(8).unwrap(), space.allocate(8).unwrap());
    let running = endless(&space, &one);
    let waiting = space.submit(vec![add(&other)]).unwrap();
    assert_eq!(running.poll(), None);
    waiting.cancel();
    assert_eq!(waiting.poll(), Some(Err(ComputeError::Cancelled)));
    running.cancel();
    assert_eq!(end(&running).await, Err(ComputeError::Cancelled));
    for buffer in [one, other] {
        let read = space.read(&buffer, 0, 8).await;
        assert_eq!(read, Err(ComputeError::Poisoned));
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_and_nothing_happens() {
    let space = space(ADD);
    let other = self::space(ADD);
    let (mine, its) = (space.allocate(8).unwrap(), other.allocate(8).unwrap());
    let b = |buffer: &Buffer| Argument::Buffer(buffer.clone());
    for (commands, expected) in [
        (
            vec![fill(&mine, 9), add(&its)],
            "argument 0 of `add` is a buffer of another space",
        ),
        (
            vec![fill(&mine, 9), fill(&its, 1)],
            "the buffer is one of another space",
        ),
        (vec![copy(&mine, 0, &its, 0, 1)], "one of another space"),
        (
            vec![copy(&mine, u32::MAX, &mine, 0, 2)],
            "2 bytes from 4294967295 on",
        ),
        (
            vec![copy(&mine, 0, &mine, 1, 8)],
            "8 bytes from 1 on are not all in a buffer of 8",
        ),
        (
            vec![Command::Launch(launch("add", 1, vec![]))],
            "`add` takes 1 arguments beside the item, and got 0",
        ),
        (
            vec![Command::Launch(launch("add", 1, vec![Argument::F64(1.0)]))],
            "argument 0 of `add` is an f64, and the parameter is an i32 or a buffer",
        ),
        (
            vec![Command::Launch(launch("set", 1, vec![b(&mine), b(&mine)]))],
            "argument 1 of `set` is a buffer, and the parameter is an i32 that is no address",
        ),
        (
            vec![Command::Launch(launch("sub", 1, vec![]))],
            "no compute function `sub`; it has set, get, add, trap, spin_a_while, spin",
        ),
        (
            vec![Command::Launch(Launch {
                fuel: Some(u64::MAX),
                ..launch("add", 1, vec![b(&mine)])
            })],
            "more fuel than an item can have",
        ),
    ] {
        let error = space.submit(commands.clone()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(space.plan(commands).is_err());
    }
    assert!(space.write(&its, 0, &[1]).is_err());
    assert!(space.read(&its, 0, 1).await.is_err());
    assert!(space.write(&mine, 8, &[1]).is_err());
    assert!(space.read(&mine, 0, 9).await.is_err());
    assert_eq!(read(&space, &mine).await, [0; 8]);
}

#[tokio::test]
async fn buffers_are_zeros_and_their_room_is_used_again() {
    let space = space(ADD);
    let bytes = u32::try_from(4 << 20).unwrap();
    for _ in 0..3 {
        let whole = space.allocate(bytes).unwrap();
        assert_eq!(whole.address() % 256, 0);
        let error = space.allocate(1).unwrap_err();
        assert!(matches!(
            error,
            ComputeError::OutOfMemory { requested: 1, .. }
        ));
        assert!(read(&space, &whole).await.iter().all(|&byte| byte == 0));
        end(&space.submit(vec![fill(&whole, 7)]).unwrap())
            .await
            .unwrap();
    }
    // Parts that are given back come together again, in any order.
    for order in [[0, 1, 2], [1, 0, 2], [2, 0, 1]] {
        let mut parts = [0, 1, 2].map(|_| Some(space.allocate(bytes / 4).unwrap()));
        for part in order {
            parts[part] = None;
        }
        space.allocate(bytes).unwrap();
    }
    // One that a command still uses is not given back.
    let used = space.allocate(bytes).unwrap();
    let spin = endless(&space, &used);
    drop(used);
    assert!(space.allocate(1).is_err());
    spin.cancel();
    assert!(end(&spin).await.is_err());
}
