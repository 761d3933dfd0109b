//! A resident's messages: who sends them and asks for other things, against the device's thread.

use crate::flow::{Bound, Flow, Received, Sent};
use crate::threads::{model, thread};
use std::sync::Arc;

type Numbers = Flow<u8, &'static str>;

/// Answers the messages before a bound with their own bytes.
fn answer_all(flow: &Numbers, bound: &Bound) -> Vec<u8> {
    let mut seen = Vec::new();
    while !flow.is_done(bound) {
        if let Some(message) = flow.message(0, bound) {
            seen.extend(&*message);
            flow.answer(Ok(message[0]));
        }
    }
    seen
}

fn received(flow: &Numbers) -> Vec<Result<u8, &'static str>> {
    std::iter::from_fn(|| match flow.receive() {
        Received::Answer(answer) => Some(answer),
        _ => None,
    })
    .collect()
}

#[test]
fn what_is_sent_behind_something_else_is_not_given_to_the_device_before_it() {
    model(|| {
        let flow = Arc::new(Numbers::new(2));
        let bound = Arc::new(Bound::default());
        let device = {
            let (flow, bound) = (flow.clone(), bound.clone());
            thread::spawn(move || {
                // The device is given some before it has answered any.
                let mut given = 0;
                for _ in 0..2 {
                    if let Some(message) = flow.message(given, &bound) {
                        assert_eq!(*message, [1]);
                        given += 1;
                    }
                }
            })
        };
        assert_eq!(flow.send(&[1]), Sent::Taken);
        flow.bind(&bound);
        assert_eq!(flow.send(&[2]), Sent::Taken);
        device.join().unwrap();
    });
}

#[test]
fn what_was_sent_is_answered_once_and_in_order_on_its_side_of_something_else() {
    model(|| {
        let flow = Arc::new(Numbers::new(3));
        let bound = Arc::new(Bound::default());
        assert_eq!(flow.send(&[1]), Sent::Taken);
        let device = {
            let (flow, bound) = (flow.clone(), bound.clone());
            thread::spawn(move || answer_all(&flow, &bound))
        };
        flow.bind(&bound);
        assert_eq!(flow.send(&[2]), Sent::Taken);
        assert_eq!(device.join().unwrap(), [1]);
        assert_eq!(answer_all(&flow, &Bound::default()), [2]);
        assert_eq!(received(&flow), [Ok(1), Ok(2)]);
        assert_eq!(flow.succeeded(), 2);
    });
}

#[test]
fn a_stop_beside_the_device_leaves_no_message_without_its_answer() {
    model(|| {
        let flow = Arc::new(Numbers::new(2));
        let bound = Arc::new(Bound::default());
        for message in [1, 2] {
            assert_eq!(flow.send(&[message]), Sent::Taken);
        }
        assert_eq!(flow.send(&[3]), Sent::Full);
        let device = {
            let (flow, bound) = (flow.clone(), bound.clone());
            thread::spawn(move || {
                answer_all(&flow, &bound);
            })
        };
        assert!(flow.stop(&"stopped"));
        assert!(!flow.stop(&"stopped"));
        device.join().unwrap();
        flow.fail(&bound, &"failed");
        let answers = received(&flow);
        assert_eq!(answers.len(), 2);
        // Some answers, and from there on what the stop says.
        let succeeded = answers.iter().take_while(|answer| answer.is_ok()).count();
        assert!(
            answers
                .iter()
                .skip(succeeded)
                .all(|answer| *answer == Err("stopped"))
        );
        assert_eq!(flow.receive(), Received::Stopped);
        assert_eq!(flow.send(&[4]), Sent::Stopped);
    });
}
