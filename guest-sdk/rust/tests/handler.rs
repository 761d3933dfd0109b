//! A handler on the test host.

use ringhost_sdk::prelude::*;
use ringhost_sdk::testing::{TestHost, TestRun};

/// Answers a number with as many numbers, counting down; fails at 99.
fn count_down(number: u32, replies: &mut Replies<u32>) -> Result<()> {
    ensure!(number != 99, "99 is too many");
    for reply in (0..number).rev() {
        replies.push(reply);
    }
    Ok(())
}

fn host() -> TestHost<u32, u32> {
    TestHost::new()
}

fn texts<Output>(run: &TestRun<Output>) -> Vec<&str> {
    run.log.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn replies_belong_to_their_request_in_a_batch() {
    let run = host()
        .send_as(2, Some(70), Priority::High)
        .send_as(0, Some(71), Priority::Urgent)
        .send_as(1, Some(72), Priority::Low)
        .run_handler(count_down);
    assert_eq!(run.result, Ok(()));
    let sent: Vec<_> = run
        .sent
        .iter()
        .map(|reply| (reply.message, reply.correlation, reply.priority))
        .collect();
    assert_eq!(
        sent,
        [
            (1, 70, Priority::High),
            (0, 70, Priority::High),
            (0, 72, Priority::Low)
        ]
    );
}

#[test]
fn its_state_lives_from_message_to_message() {
    fn add(total: &mut u64, amount: u64, replies: &mut Replies<u64>) -> Result<()> {
        *total += amount;
        replies.push(*total);
        Ok(())
    }
    let mut total = 0;
    let run = TestHost::new()
        .send_each([1, 2])
        .quiet()
        .pause()
        .send(3)
        .run_handler(|amount, replies| add(&mut total, amount, replies));
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.messages(), [1, 3, 6]);
    assert_eq!(total, 6);
}

#[test]
fn an_error_ends_it_after_the_replies_to_the_messages_before() {
    let run = host().send_each([2, 99, 3]).run_handler(count_down);
    assert_eq!(run.result, Err("99 is too many".to_owned()));
    assert_eq!(run.messages(), [1, 0]);
}

#[test]
fn what_does_not_decode_is_logged_and_skipped() {
    let run = host()
        .send(1)
        .send_bytes([0, 0])
        .send(1)
        .run_handler(count_down);
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.messages(), [0, 0]);
    assert_eq!(
        texts(&run),
        ["skipped: message 2 of 2 bytes does not decode: 1 bytes are left over"]
    );
}

#[test]
fn more_replies_than_one_call_returns_all_arrive_in_order() {
    let run = host().send_each([2000, 3]).run_handler(count_down);
    let expected: Vec<_> = (0..2000).rev().chain([2, 1, 0]).collect();
    assert_eq!(run.messages(), expected);
}

#[test]
fn a_queue_that_refuses_at_once_drops_what_it_refuses() {
    let run = host()
        .send(5)
        .refuse(2, 2, SendError::Full)
        .run_handler(count_down);
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.messages(), [4, 3, 0]);
    assert_eq!(texts(&run), ["dropped 2 replies: the output queue is full"]);
}

#[test]
fn no_room_when_asked_to_end_is_a_good_ending() {
    for number in [3, 3000] {
        let run = host()
            .send(number)
            .refuse(1, usize::MAX, SendError::Terminating)
            .run_handler(count_down);
        assert_eq!(run.result, Ok(()));
        assert_eq!(run.messages(), [number - 1]);
        let log = texts(&run).join("");
        assert!(log.starts_with("asked to end with"), "{log}");
    }
}

#[test]
fn a_reply_over_the_limit_ends_it() {
    let run = TestHost::<Raw, Raw>::new()
        .message_limit(2)
        .send("ok".into())
        .send("too".into())
        .run_handler(|message, replies| {
            replies.push(message);
            Ok(())
        });
    assert_eq!(
        run.result,
        Err("the message is larger than the host's limit of 2 bytes".to_owned())
    );
    assert_eq!(run.messages(), [Raw::from("ok")]);
}

#[test]
fn it_asks_about_its_own_life() {
    assert_eq!(life::kernel_id(), "test");
    assert!(life::is_active() && !life::should_terminate());
    let mut seen = Vec::new();
    let run = host()
        .kernel_id("asker")
        .send(1)
        .pause()
        .send(2)
        .terminate()
        .run_handler(|number, _| {
            seen.push((
                number,
                life::kernel_id(),
                life::is_active(),
                life::should_terminate(),
            ));
            Ok(())
        });
    assert_eq!(run.result, Ok(()));
    let asker = || "asker".to_owned();
    assert_eq!(seen, [(1, asker(), false, false), (2, asker(), true, true)]);
}

#[test]
fn asked_to_end_it_takes_no_more() {
    let run = host().send(1).terminate().send(1).run_handler(count_down);
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.messages(), [0]);
}
