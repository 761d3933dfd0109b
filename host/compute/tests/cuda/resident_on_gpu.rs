//! Residents on the GPU: what they answer is what the CPU's do, and a message costs no launch.

use super::resident::{Sums, TALK, chance};
use super::*;

#[tokio::test]
async fn they_answer_what_those_of_the_cpu_answer_bit_for_bit_traps_included() {
    let program = program(TALK);
    let (cpu, gpu) = (space_on(1, &program), space_on(2, &program));
    for (items, depth, seed) in [(1, 4, 5), (33, 1, 6), (300, 16, 7)] {
        let mut outcomes = Vec::new();
        for space in [&cpu, &gpu] {
            let mut seed = seed;
            let sums = Sums::new(space, items, depth, Some(5000));
            let mut answers = Vec::new();
            for number in 0..50 {
                // Now and then a division by zero, and too many turns of the loop.
                let by = match chance(&mut seed) % 12 {
                    0 => 0,
                    1 => 5001,
                    2 => 4000,
                    by => u32::try_from(by).unwrap(),
                };
                while !sums.send(number, by) {
                    answers.push(sums.receive().await);
                }
                if chance(&mut seed).is_multiple_of(4) {
                    // What a trap has left is overwritten, behind what was sent.
                    space
                        .write(&sums.state, 0, &vec![1; 4 * items as usize])
                        .unwrap();
                }
            }
            while answers.len() < 50 {
                answers.push(sums.receive().await);
            }
            let state = space.read(&sums.state, 0, 4 * items).await;
            outcomes.push((answers, state));
        }
        let [on_cpu, on_gpu] = outcomes.try_into().unwrap();
        assert!(on_cpu.0.iter().any(Result::is_err) && on_cpu.0.iter().any(Result::is_ok));
        assert_eq!(on_gpu, on_cpu, "{items} items");
    }
}

#[tokio::test]
async fn a_message_costs_no_launch() {
    let space = space(TALK);
    let sums = Sums::new(&space, 8, 64, None);
    let (mut sent, mut received) = (0, 0);
    while received < 1000 {
        while sent < 1000 && sums.send(sent, 1) {
            sent += 1;
        }
        sums.receive().await.unwrap();
        received += 1;
    }
    let stats = sums.resident.stats();
    assert_eq!(stats.items, 8000);
    // One, and one more whenever this thread was away for longer than a loop waits.
    assert!(stats.launches < 100, "{stats:?}");
    assert!(stats.device_time > Duration::ZERO);
}

#[tokio::test]
async fn one_that_is_never_without_messages_gives_way_to_other_spaces() {
    let program = program(TALK);
    // As many as there are threads that ask the driver.
    let busy: Vec<_> = (0..4)
        .map(|_| {
            let space = space_on(2, &program);
            let sums = Sums::new(&space, 8, 1024, None);
            (0..1024).for_each(|number| assert!(sums.send(number, 2000)));
            sums
        })
        .collect();
    let space = space_on(2, &program);
    let sums = Sums::new(&space, 4, 1, None);
    for number in 0..20 {
        assert!(sums.send(number, 1));
        sums.receive().await.unwrap();
    }
    let mut left = 0;
    for sums in &busy {
        for _ in 0..1024 {
            sums.receive().await.unwrap();
        }
        left += sums.resident.stats().launches;
    }
    // They were launched again behind what they made room for.
    assert!(left > 4, "{left}");
}

#[tokio::test]
async fn one_that_is_never_without_messages_ends_now_and_then() {
    let space = space(TALK);
    let sums = Sums::new(&space, 8, 512, None);
    (0..512).for_each(|number| assert!(sums.send(number, 2000)));
    for _ in 0..512 {
        sums.receive().await.unwrap();
    }
    let stats = sums.resident.stats();
    // No other space waits, and messages there are: only the time that it has had ends it.
    assert!(
        stats.launches > 1 || stats.device_time < Duration::from_millis(400),
        "{stats:?}"
    );
}
