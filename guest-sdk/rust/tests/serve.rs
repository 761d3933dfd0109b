//! The ready-made loop.

use ringhost_sdk::log::Level;
use ringhost_sdk::prelude::*;
use ringhost_sdk::testing::{TestHost, TestRun};

/// Answers a number with as many numbers, counting down; fails at 99.
fn count_down(context: &mut Context<u32, u32>) -> Result<()> {
    context.serve(|number, replies| {
        ensure!(number != 99, "99 is too many");
        for reply in (0..number).rev() {
            replies.push(reply);
        }
        Ok(())
    })
}

fn host() -> TestHost<u32, u32> {
    TestHost::new()
}

fn texts<Output>(run: &TestRun<Output>) -> Vec<&str> {
    run.log.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn replies_belong_to_their_request() {
    let run = host()
        .send_as(2, Some(70), Priority::High)
        .send_as(0, Some(71), Priority::Urgent)
        .send_as(1, Some(72), Priority::Low)
        .run(count_down);
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
fn a_reply_may_name_its_own_envelope() {
    let run = TestHost::<u32, u32>::new()
        .send_as(5, Some(70), Priority::High)
        .run(|context| {
            context.serve(|number, replies| {
                assert_eq!(replies.request_id(), 1);
                assert_eq!(replies.correlation(), 70);
                assert_eq!(replies.priority(), Priority::High);
                replies.push_outgoing(Outgoing::new(number).correlation(9));
                replies.push_outgoing(Outgoing::new(number).priority(Priority::Low));
                Ok(())
            })
        });
    let sent: Vec<_> = run
        .sent
        .iter()
        .map(|reply| (reply.correlation, reply.priority))
        .collect();
    assert_eq!(sent, [(9, Priority::High), (70, Priority::Low)]);
}

#[test]
fn what_is_refused_is_sent_again_in_order() {
    let run = host().send(5).refuse(2, 1, SendError::Full).run(count_down);
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.messages(), [4, 3, 2, 1, 0]);
    assert_eq!(run.log, []);
}

#[test]
fn a_queue_that_stays_full_and_forbids_waiting_drops_replies() {
    let run = host().send(5).refuse(2, 3, SendError::Full).run(count_down);
    assert_eq!(run.result, Ok(()));
    // The first refusal ends a batch; the other two are of its next message and the one after.
    assert_eq!(run.messages(), [4, 3, 0]);
    assert_eq!(
        texts(&run),
        ["dropped a reply: the output queue is full"; 2]
    );
}

#[test]
fn a_closed_output_ends_the_kernel_with_the_reason() {
    let run = host()
        .send(3)
        .refuse(1, usize::MAX, SendError::Closed)
        .run(count_down);
    assert_eq!(run.result, Err("the output queue is closed".to_owned()));
}

#[test]
fn no_room_when_asked_to_end_is_a_good_ending() {
    let run = host()
        .send(3)
        .refuse(1, usize::MAX, SendError::Terminating)
        .run(count_down);
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.messages(), [2]);
    assert_eq!(texts(&run), ["asked to end with 2 replies unsent"]);
}

#[test]
fn what_does_not_decode_is_logged_and_skipped() {
    let run = host().send(1).send_bytes([0, 0]).send(1).run(count_down);
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.messages(), [0, 0]);
    assert_eq!(
        texts(&run),
        ["skipped: message 2 of 2 bytes does not decode: 1 bytes are left over"]
    );
    assert_eq!(run.log[0].level, Level::Warn);
}

#[test]
fn an_error_ends_the_kernel_after_the_replies_before_it() {
    let run = host().send_each([2, 99, 3]).run(count_down);
    assert_eq!(run.result, Err("99 is too many".to_owned()));
    assert_eq!(run.messages(), [1, 0]);
}

#[test]
fn more_replies_than_a_batch_holds_all_arrive() {
    let run = host().send(1000).run(count_down);
    assert_eq!(run.messages(), (0..1000).rev().collect::<Vec<_>>());
}

#[test]
fn asked_to_end_it_takes_no_more() {
    let run = host().send(1).pause().terminate().send(1).run(count_down);
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.messages(), [0]);
}
