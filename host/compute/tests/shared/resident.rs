//! Functions that stay on a device and answer messages.

use super::*;
use ringhost_compute::{Residence, Resident, TrapCode};

/// `sum` adds each item's word of the message to one of the state, and answers it divided by the word behind
/// the message's others; where that is above 1000, it loops for so long first. `copy` answers the message, and
/// traps where a word of it is 7.
pub const TALK: &str = r#"(@custom "ring:compute" "sum n:value in:in out:out state:inout\ncopy in:in out:out\n")
    (func (export "compute:sum") (param $i i32) (param $n i32) (param $in i32) (param $out i32)
      (param $state i32) (local $at i32) (local $by i32)
      (local.set $at (i32.shl (local.get $i) (i32.const 2)))
      (local.set $by (i32.load (i32.add (local.get $in) (i32.shl (local.get $n) (i32.const 2)))))
      (if (i32.gt_u (local.get $by) (i32.const 1000)) (then
        (loop $more (br_if $more (local.tee $by (i32.sub (local.get $by) (i32.const 1)))))
        (local.set $by (i32.const 1))))
      (i32.store (i32.add (local.get $state) (local.get $at))
        (i32.add (i32.load (i32.add (local.get $state) (local.get $at)))
          (i32.load (i32.add (local.get $in) (local.get $at)))))
      (i32.store (i32.add (local.get $out) (local.get $at))
        (i32.div_u (i32.load (i32.add (local.get $state) (local.get $at))) (local.get $by))))
    (func (export "compute:copy") (param $i i32) (param $in i32) (param $out i32) (local $at i32)
      (local.set $at (i32.shl (local.get $i) (i32.const 2)))
      (local.set $in (i32.load (i32.add (local.get $in) (local.get $at))))
      (if (i32.eq (local.get $in) (i32.const 7)) (then unreachable))
      (i32.store (i32.add (local.get $out) (local.get $at)) (local.get $in)))"#;

/// A resident with what it keeps in its space.
pub struct Sums {
    pub resident: Resident,
    pub state: Buffer,
    items: u32,
}

impl Sums {
    /// Sums of so many words, as long as the fuel lasts.
    pub fn new(space: &Space, items: u32, depth: u32, fuel: Option<u64>) -> Self {
        let input = space.allocate(4 * (items + 1)).unwrap();
        let output = space.allocate(4 * items).unwrap();
        let state = space.allocate(4 * items).unwrap();
        let arguments = vec![
            Argument::I32(items.cast_signed()),
            Argument::Buffer(input.clone()),
            Argument::Buffer(output.clone()),
            Argument::Buffer(state.clone()),
        ];
        let launch = Launch {
            fuel,
            ..launch("sum", items, arguments)
        };
        let residence = Residence {
            launch,
            input,
            output,
            depth,
        };
        Self {
            resident: space.reside(residence).unwrap(),
            state,
            items,
        }
    }

    /// Sends the message of that number, whose sums are to be divided by that; whether there was room.
    pub fn send(&self, number: u32, by: u32) -> bool {
        let words = words_of(number, self.items).chain([by]);
        self.resident.send(&bytes(words)).unwrap()
    }

    pub async fn receive(&self) -> Result<Vec<u32>, ComputeError> {
        let bytes = receive(&self.resident).await?;
        let words = bytes.chunks_exact(4);
        Ok(words
            .map(|word| u32::from_le_bytes(word.try_into().unwrap()))
            .collect())
    }
}

/// The words of the message of that number.
fn words_of(number: u32, items: u32) -> impl Iterator<Item = u32> {
    (0..items).map(move |item| (number * 31 + item).wrapping_mul(2_654_435_761) >> 5)
}

fn bytes(words: impl IntoIterator<Item = u32>) -> Vec<u8> {
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// Receives what would hang if something were wrong.
pub async fn receive(resident: &Resident) -> Result<Vec<u8>, ComputeError> {
    tokio::time::timeout(Duration::from_secs(120), resident.receive())
        .await
        .expect("it is answered")
}

/// What is answered to the message of that number, behind those before it.
fn add(state: &mut [u32], number: u32, by: u32) -> Vec<u32> {
    for (sum, word) in state.iter_mut().zip(words_of(number, u32::MAX)) {
        *sum = sum.wrapping_add(word);
    }
    state.iter().map(|sum| sum / by).collect()
}

/// Numbers without a pattern, from a seed.
pub fn chance(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    *seed >> 33
}

/// A resident that answers what it is told.
fn copying(space: &Space, words: u32, depth: u32) -> Resident {
    let [input, output] = [0, 1].map(|_| space.allocate(4 * words).unwrap());
    let arguments = vec![
        Argument::Buffer(input.clone()),
        Argument::Buffer(output.clone()),
    ];
    let residence = Residence {
        launch: launch("copy", words, arguments),
        input,
        output,
        depth,
    };
    space.reside(residence).unwrap()
}

#[tokio::test]
async fn messages_are_answered_in_their_order_and_what_is_kept_stays() {
    let space = space(TALK);
    for (items, depth, mut seed) in [(1, 1, 1), (40, 8, 2), (700, 3, 3)] {
        let sums = Sums::new(&space, items, depth, None);
        let mut state = vec![0; items as usize];
        let (mut sent, mut received) = (0, 0);
        while received < 60 {
            // With as many under way, no more are taken.
            if sent < 60 && !chance(&mut seed).is_multiple_of(3) {
                let is_sent = sums.send(sent, 3);
                assert_eq!(is_sent, sent - received < depth);
                sent += u32::from(is_sent);
            } else if received < sent {
                let expected = add(&mut state, received, 3);
                assert_eq!(sums.receive().await, Ok(expected), "{items} {received}");
                received += 1;
            }
        }
        assert_eq!(read_u32(&space, &sums.state).await, state);
    }
}

#[tokio::test]
async fn what_a_message_does_not_fill_is_zeros() {
    let space = space(TALK);
    let resident = copying(&space, 3, 2);
    for (message, answer) in [
        (&[1; 12][..], [1; 12]),
        (&[2; 5], [2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0]),
        (&[], [0; 12]),
    ] {
        assert_eq!(resident.send(message), Ok(true));
        assert_eq!(receive(&resident).await, Ok(answer.to_vec()));
    }
    let error = resident.send(&[0; 13]).unwrap_err().to_string();
    assert!(error.contains("13 bytes, and the resident's input has 12"));
}

#[tokio::test]
async fn what_is_sent_and_what_is_submitted_is_done_in_order() {
    let space = space(TALK);
    let sums = Sums::new(&space, 5, 8, None);
    let zeros = || {
        let fill = Command::Fill {
            buffer: sums.state.clone(),
            offset: 0,
            length: 20,
            byte: 0,
        };
        space.submit(vec![fill]).unwrap()
    };
    for round in 0..20 {
        // Each comes while the one before may still be on the device.
        assert!(sums.send(round, 1));
        zeros();
        assert!(sums.send(round + 1, 1));
        assert!(sums.send(round + 2, 1));
        let end = zeros();
        assert!(sums.send(round + 3, 1));
        self::end(&end).await.unwrap();
        let mut state = [0; 5];
        assert_eq!(sums.receive().await, Ok(add(&mut state, round, 1)));
        state = [0; 5];
        assert_eq!(sums.receive().await, Ok(add(&mut state, round + 1, 1)));
        assert_eq!(sums.receive().await, Ok(add(&mut state, round + 2, 1)));
        state = [0; 5];
        add(&mut state, round + 3, 1);
        assert_eq!(read_u32(&space, &sums.state).await, state);
        assert_eq!(sums.receive().await, Ok(state.to_vec()));
        zeros();
    }
}

#[tokio::test]
async fn a_message_that_traps_is_answered_with_the_trap_and_those_behind_it_go_on() {
    let space = space(TALK);
    let resident = copying(&space, 50, 8);
    let message = |seven: Option<u32>| {
        let word = |item| if Some(item) == seven { 7 } else { item * 1000 };
        bytes((0..50).map(word))
    };
    for seven in [None, Some(44), None, Some(3), Some(0), None] {
        assert_eq!(resident.send(&message(seven)), Ok(true));
    }
    for seven in [None, Some(44), None, Some(3), Some(0), None] {
        let expected = match seven {
            None => Ok(message(None)),
            Some(item) => Err(ComputeError::Trap {
                function: "copy".to_owned(),
                item,
                code: TrapCode::Unreachable,
            }),
        };
        assert_eq!(receive(&resident).await, expected);
    }
}

#[tokio::test]
async fn what_a_trap_leaves_is_poison_to_the_messages_behind_it_until_it_is_overwritten() {
    let space = space(TALK);
    let sums = Sums::new(&space, 9, 8, None);
    for (number, by) in [(0, 1), (1, 0), (2, 1), (3, 1)] {
        assert!(sums.send(number, by));
    }
    assert_eq!(sums.receive().await, Ok(add(&mut [0; 9], 0, 1)));
    let trap = sums.receive().await.unwrap_err();
    assert!(matches!(
        trap,
        ComputeError::Trap {
            item: 0,
            code: TrapCode::DivideByZero,
            ..
        }
    ));
    for _ in 0..2 {
        assert_eq!(sums.receive().await, Err(ComputeError::Poisoned));
    }
    let poisoned = space.read(&sums.state, 0, 4).await;
    assert_eq!(poisoned, Err(ComputeError::Poisoned));
    space.write(&sums.state, 0, &[0; 36]).unwrap();
    assert!(sums.send(4, 1));
    assert_eq!(sums.receive().await, Ok(add(&mut [0; 9], 4, 1)));
}

#[tokio::test]
async fn each_message_has_the_same_fuel() {
    let space = space(TALK);
    let sums = Sums::new(&space, 3, 4, Some(2000));
    for (number, by) in [(0, 2000), (1, 2000), (2, 2001)] {
        assert!(sums.send(number, by));
    }
    let mut state = [0; 3];
    for number in 0..2 {
        assert_eq!(sums.receive().await, Ok(add(&mut state, number, 1)));
    }
    let error = sums.receive().await.unwrap_err();
    let is_out = matches!(
        error,
        ComputeError::Trap {
            code: TrapCode::OutOfFuel,
            ..
        }
    );
    assert!(is_out, "{error:?}");
}

#[tokio::test]
async fn in_a_pause_messages_wait_and_nothing_waits_for_them() {
    let space = space(TALK);
    let sums = Sums::new(&space, 4, 8, None);
    assert!(sums.send(0, 1));
    let mut state = [0; 4];
    assert_eq!(sums.receive().await, Ok(add(&mut state, 0, 1)));
    for round in 0..5 {
        sums.resident.pause();
        assert!(sums.send(2 * round + 1, 1));
        assert!(sums.send(2 * round + 2, 1));
        // What comes behind them is done.
        assert_eq!(read_u32(&space, &sums.state).await, state);
        let waited = tokio::time::timeout(Duration::ZERO, sums.resident.receive()).await;
        assert!(waited.is_err(), "{waited:?}");
        sums.resident.resume().unwrap();
        for number in [2 * round + 1, 2 * round + 2] {
            assert_eq!(sums.receive().await, Ok(add(&mut state, number, 1)));
        }
    }
}

#[tokio::test]
async fn a_flood_of_pauses_leaves_nothing_behind() {
    let space = space(TALK);
    let sums = Sums::new(&space, 1, 2, None);
    let other = space.allocate(4).unwrap();
    sums.resident.pause();
    assert!(sums.send(0, 1));
    for _ in 0..300_000 {
        sums.resident.resume().unwrap();
        sums.resident.pause();
    }
    space.write(&other, 0, &[1; 4]).unwrap();
    assert_eq!(read(&space, &other).await, [1; 4]);
    sums.resident.resume().unwrap();
    assert_eq!(sums.receive().await, Ok(add(&mut [0], 0, 1)));
}

#[tokio::test]
async fn it_is_stopped_in_the_middle_of_a_message() {
    let space = space(TALK);
    for is_dropped in [false, true] {
        let sums = Sums::new(&space, 40, 4, Some(1 << 36));
        for (number, by) in [(0, 1), (1, u32::MAX), (2, 1)] {
            assert!(sums.send(number, by));
        }
        assert_eq!(sums.receive().await, Ok(add(&mut [0; 40], 0, 1)));
        let (state, resident) = (sums.state.clone(), sums.resident);
        if is_dropped {
            drop(resident);
        } else {
            resident.stop();
            for _ in 0..4 {
                assert_eq!(receive(&resident).await, Err(ComputeError::Cancelled));
            }
            assert_eq!(resident.send(&[]), Err(ComputeError::Cancelled));
        }
        // The space goes on when it has ended.
        let read = space.read(&state, 0, 4).await;
        assert_eq!(read, Err(ComputeError::Poisoned));
        space.write(&state, 0, &[3; 160]).unwrap();
        assert_eq!(super::read(&space, &state).await, [3; 160]);
    }
    // Where nothing was under way, nothing is poisoned.
    let sums = Sums::new(&space, 4, 4, None);
    assert!(sums.send(0, 1));
    assert!(sums.receive().await.is_ok());
    sums.resident.stop();
    let mut state = [0; 4];
    add(&mut state, 0, 1);
    assert_eq!(read_u32(&space, &sums.state).await, state);
}

#[tokio::test]
async fn several_take_turns_with_each_other_and_with_the_launches_of_other_spaces() {
    let program = program(TALK);
    let spaces = [0; 6].map(|_| space_on(2, &program));
    let mut talking = Vec::new();
    for (number, space) in spaces.iter().enumerate() {
        let all: Vec<_> = (0..2).map(|_| Sums::new(space, 20, 4, None)).collect();
        let (input, output) = (space.allocate(400).unwrap(), space.allocate(400).unwrap());
        let arguments = vec![
            Argument::Buffer(input.clone()),
            Argument::Buffer(output.clone()),
        ];
        let copy = Command::Launch(launch("copy", 100, arguments));
        talking.push(async move {
            let mut states = [[0; 20]; 2];
            for round in 0..30 {
                for sums in &all {
                    assert!(sums.send(round, 1));
                    assert!(sums.send(round + 1, 1));
                }
                let event = (number % 2 == 0).then(|| space.submit(vec![copy.clone()]).unwrap());
                for (sums, state) in all.iter().zip(&mut states) {
                    for number in [round, round + 1] {
                        assert_eq!(sums.receive().await, Ok(add(state, number, 1)));
                    }
                }
                if let Some(event) = event {
                    end(&event).await.unwrap();
                }
            }
        });
    }
    for task in talking {
        task.await;
    }
}

#[tokio::test]
async fn what_no_resident_can_be_is_refused() {
    let space = space(TALK);
    let other = self::space(TALK);
    let [input, output] = [0, 1].map(|_| space.allocate(16).unwrap());
    let good = Residence {
        launch: launch(
            "copy",
            4,
            vec![
                Argument::Buffer(input.clone()),
                Argument::Buffer(output.clone()),
            ],
        ),
        input,
        output,
        depth: 4,
    };
    let with = |change: &dyn Fn(&mut Residence)| {
        let mut residence = good.clone();
        change(&mut residence);
        residence
    };
    let items = |items| with(&|its| its.launch.items = items);
    let depth = |depth| with(&|its| its.depth = depth);
    let odd = space.allocate(6).unwrap();
    let large = space.allocate(1 << 20).unwrap();
    let its = other.allocate(16).unwrap();
    for (residence, expected) in [
        (items(0), "0 items are run for each message"),
        (items(1025), "1025 items are run"),
        (items(u32::MAX), "items are run"),
        (depth(0), "0 messages are to be under way"),
        (depth(1025), "1025 messages"),
        (
            with(&|its| its.input = odd.clone()),
            "the input has 6 bytes, which is no multiple of four",
        ),
        (with(&|its| its.output = odd.clone()), "the output has 6"),
        (
            with(&|it| it.output = its.clone()),
            "the buffer is one of another space",
        ),
        (
            with(&|its| {
                its.input = large.clone();
                its.depth = 16;
            }),
            "come to more than 16777216 bytes",
        ),
        (
            with(&|its| its.launch.function = "paste".to_owned()),
            "no compute function `paste`",
        ),
        (
            with(&|its| its.launch.arguments.clear()),
            "`copy` takes 2 arguments",
        ),
        (
            with(&|its| its.launch.fuel = Some(u64::MAX)),
            "more fuel than an item can have",
        ),
    ] {
        let error = space.reside(residence).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let resident = space.reside(good).unwrap();
    let none = receive(&resident).await.unwrap_err().to_string();
    assert!(none.contains("no message is under way"), "{none}");
}

#[tokio::test]
async fn it_needs_neither_input_nor_output() {
    let space = space(TALK);
    let sums = Sums::new(&space, 1, 4, None);
    let nothing = space.allocate(0).unwrap();
    let arguments = vec![
        Argument::I32(0),
        Argument::Buffer(sums.state.clone()),
        Argument::Buffer(sums.state.clone()),
        Argument::Buffer(sums.state.clone()),
    ];
    space.write(&sums.state, 0, &[1, 0, 0, 0]).unwrap();
    let residence = Residence {
        launch: launch("sum", 1, arguments),
        input: nothing.clone(),
        output: nothing,
        depth: 1,
    };
    let resident = space.reside(residence).unwrap();
    assert_eq!(resident.send(&[]), Ok(true));
    assert_eq!(receive(&resident).await, Ok(Vec::new()));
    assert!(resident.send(&[0]).is_err());
    assert_eq!(resident.stats().items, 1);
}
