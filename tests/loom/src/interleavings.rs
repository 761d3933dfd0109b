//! Senders, receivers, pauses, ends and cancellations against each other. A lost wake-up shows as
//! a deadlock, which loom reports; a lost or doubled message as a failed assertion.

use crate::message::Priority;
use crate::queue::{Item, Overflow, PopError, Pushed, Queue, Refusal};
use crate::threads::{block_on, model, thread};
use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// From 100 on they are urgent.
#[derive(Debug, PartialEq, Eq)]
pub struct Number(pub u32);

impl Item for Number {
    fn priority(&self) -> Priority {
        if self.0 < 100 {
            Priority::Normal
        } else {
            Priority::Urgent
        }
    }

    fn bytes(&self) -> usize {
        4
    }
}

pub fn queue(capacity: usize) -> Arc<Queue<Number>> {
    let capacity = NonZeroUsize::new(capacity).expect("a test's queue holds something");
    Arc::new(Queue::new(capacity, usize::MAX, Overflow::Wait))
}

pub fn pop(queue: &Queue<Number>) -> Result<u32, PopError> {
    block_on(queue.pop()).map(|item| item.unwrap().0)
}

/// A queue of which the first of these numbers has been received. So the others are in the front,
/// where they can be taken without the senders' lock.
fn queue_with_front(capacity: usize, numbers: &[u32]) -> Arc<Queue<Number>> {
    let queue = queue(capacity);
    for number in numbers {
        block_on(queue.push(Number(*number))).unwrap();
    }
    assert_eq!(pop(&queue).ok().as_ref(), numbers.first());
    queue
}

pub fn assert_accounted(queue: &Queue<Number>) {
    let counts = queue.counts();
    assert_eq!(
        counts.accepted,
        counts.received + counts.depth + counts.dropped_oldest + counts.dropped_at_end
    );
}

#[test]
fn two_senders_and_one_receiver_over_a_queue_of_one() {
    model(|| {
        let queue = queue(1);
        let senders: Vec<_> = [1, 2]
            .map(|number| {
                let queue = queue.clone();
                thread::spawn(move || block_on(queue.push(Number(number))).is_ok())
            })
            .into();
        let mut received = [pop(&queue), pop(&queue)];
        received.sort_by_key(|number| number.unwrap_or(0));
        assert_eq!(received, [Ok(1), Ok(2)]);
        for sender in senders {
            assert!(sender.join().unwrap());
        }
        assert_accounted(&queue);
    });
}

#[test]
fn one_sender_and_two_receivers() {
    model(|| {
        let queue = queue(1);
        let receivers = [(); 2].map(|()| {
            let queue = queue.clone();
            thread::spawn(move || pop(&queue))
        });
        for number in [1, 2] {
            assert_eq!(block_on(queue.push(Number(number))), Ok(Pushed::Accepted));
        }
        let mut received = receivers.map(|receiver| receiver.join().unwrap());
        received.sort_by_key(|number| number.unwrap_or(0));
        assert_eq!(received, [Ok(1), Ok(2)]);
        assert_accounted(&queue);
    });
}

#[test]
fn one_sender_s_order_is_kept() {
    model(|| {
        let queue = queue(1);
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || {
                for number in 1..=3 {
                    block_on(queue.push(Number(number))).unwrap();
                }
                queue.close();
            })
        };
        let mut received = Vec::new();
        while let Ok(number) = pop(&queue) {
            received.push(number);
        }
        assert_eq!(received, [1, 2, 3]);
        sender.join().unwrap();
    });
}

#[test]
fn a_sender_that_gives_up_knows_whether_its_message_was_taken() {
    model(|| {
        let queue = queue(1);
        block_on(queue.push(Number(1))).unwrap();
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || {
                let mut push = queue.push(Number(2));
                let mut context = Context::from_waker(Waker::noop());
                match pin!(&mut push).poll(&mut context) {
                    Poll::Ready(result) => result.is_ok(),
                    Poll::Pending => push.give_up().is_ok(),
                }
            })
        };
        assert_eq!(pop(&queue), Ok(1));
        let taken = sender.join().unwrap();
        assert_eq!(queue.depth(), usize::from(taken));
        if taken {
            assert_eq!(pop(&queue), Ok(2));
        }
        assert_accounted(&queue);
    });
}

#[test]
fn a_receiver_that_goes_away_leaves_its_message_to_the_next() {
    model(|| {
        let queue = queue(1);
        let fickle = {
            let queue = queue.clone();
            thread::spawn(move || {
                let mut context = Context::from_waker(Waker::noop());
                // Polled once and dropped, perhaps just after it was promised the message.
                matches!(pin!(queue.pop()).poll(&mut context), Poll::Ready(Ok(_)))
            })
        };
        let patient = {
            let queue = queue.clone();
            thread::spawn(move || pop(&queue))
        };
        block_on(queue.push(Number(1))).unwrap();
        if fickle.join().unwrap() {
            queue.close();
            assert_eq!(patient.join().unwrap(), Err(PopError::Closed));
        } else {
            assert_eq!(patient.join().unwrap(), Ok(1));
        }
        assert_accounted(&queue);
    });
}

#[test]
fn no_message_passes_a_hold() {
    model(|| {
        let queue = queue(2);
        let receiver = {
            let queue = queue.clone();
            thread::spawn(move || pop(&queue))
        };
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || block_on(queue.push(Number(1))).unwrap())
        };
        queue.hold();
        // From here on nothing is handed out, whatever was promised before.
        let received = queue.counts().received;
        thread::yield_now();
        assert_eq!(queue.counts().received, received);
        queue.release();
        assert_eq!(receiver.join().unwrap(), Ok(1));
        sender.join().unwrap();
        assert_accounted(&queue);
    });
}

#[test]
fn everybody_wakes_at_the_end_and_everything_is_accounted_for() {
    model(|| {
        let queue = queue(1);
        block_on(queue.push(Number(1))).unwrap();
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || block_on(queue.push(Number(2))))
        };
        let receiver = {
            let queue = queue.clone();
            thread::spawn(move || [pop(&queue), pop(&queue)])
        };
        // As at the termination of a kernel.
        queue.close();
        queue.stop_receivers();
        queue.clear();
        let refused = sender.join().unwrap().err().map(|refused| refused.refusal);
        assert!(refused.is_none_or(|refusal| refusal == Refusal::Closed));
        let received = receiver.join().unwrap();
        let accepted = queue.counts().accepted;
        let taken = received.iter().filter(|outcome| outcome.is_ok()).count() as u64;
        assert_eq!(accepted, taken + queue.counts().dropped_at_end);
        assert_eq!(queue.depth(), 0);
    });
}

#[test]
fn a_sender_that_may_not_wait_is_refused_or_served() {
    model(|| {
        let queue = queue(1);
        block_on(queue.push(Number(1))).unwrap();
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || block_on(queue.push(Number(2))))
        };
        let receiver = {
            let queue = queue.clone();
            thread::spawn(move || pop(&queue))
        };
        queue.refuse_waiting();
        assert_eq!(receiver.join().unwrap(), Ok(1));
        match sender.join().unwrap() {
            Ok(pushed) => {
                assert_eq!(pushed, Pushed::Accepted);
                assert_eq!(pop(&queue), Ok(2));
            }
            Err(refused) => assert_eq!(refused.refusal, Refusal::Unwaiting),
        }
        assert_accounted(&queue);
    });
}

#[test]
fn bytes_are_bounded_while_somebody_sends_and_somebody_receives() {
    model(|| {
        let queue = queue(3);
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || {
                for number in [1, 2] {
                    block_on(queue.push(Number(number))).unwrap();
                }
            })
        };
        let bounded = {
            let queue = queue.clone();
            // Room for one of them.
            thread::spawn(move || queue.bound_bytes(4))
        };
        match bounded.join().unwrap() {
            Ok(()) => assert!(queue.counts().depth_bytes <= 4),
            Err(held) => assert_eq!(held, 8),
        }
        assert_eq!([pop(&queue), pop(&queue)], [Ok(1), Ok(2)]);
        sender.join().unwrap();
        assert_accounted(&queue);
    });
}

#[test]
fn a_sender_that_waits_for_bytes_is_let_in_when_their_bound_is_raised() {
    model(|| {
        let queue = queue(3);
        queue.bound_bytes(0).unwrap();
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || {
                for number in [1, 2] {
                    block_on(queue.push(Number(number))).unwrap();
                }
            })
        };
        // The first finds an empty queue, which takes any; the second waits, or comes after this.
        queue.bound_bytes(8).unwrap();
        sender.join().unwrap();
        assert_eq!([pop(&queue), pop(&queue)], [Ok(1), Ok(2)]);
        assert_accounted(&queue);
    });
}

#[test]
fn room_that_a_receiver_makes_in_passing_is_seen_by_a_sender_that_waits() {
    model(|| {
        let queue = queue_with_front(2, &[1, 2]);
        block_on(queue.push(Number(3))).unwrap();
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || block_on(queue.push(Number(4))).unwrap())
        };
        assert_eq!(pop(&queue), Ok(2));
        sender.join().unwrap();
        assert_eq!([pop(&queue), pop(&queue)], [Ok(3), Ok(4)]);
        assert_accounted(&queue);
    });
}

#[test]
fn an_urgent_item_overtakes_what_is_in_the_front() {
    model(|| {
        let queue = queue_with_front(4, &[1, 2, 3]);
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || {
                block_on(queue.push(Number(100))).unwrap();
                queue.counts().received
            })
        };
        let second = pop(&queue).unwrap();
        let received_when_it_was_in = sender.join().unwrap();
        let mut rest = vec![second];
        while rest.len() < 3 {
            rest.push(pop(&queue).unwrap());
        }
        let at = rest.iter().position(|number| *number == 100).unwrap();
        // Once it was in it was the next, but for one that was being taken in that moment.
        assert!(at as u64 <= received_when_it_was_in, "{rest:?}");
        rest.remove(at);
        assert_eq!(rest, [2, 3]);
        assert_accounted(&queue);
    });
}

#[test]
fn nothing_leaves_the_front_after_a_hold() {
    model(|| {
        let queue = queue_with_front(3, &[1, 2, 3]);
        let receiver = {
            let queue = queue.clone();
            thread::spawn(move || [pop(&queue), pop(&queue)])
        };
        queue.hold();
        let received = queue.counts().received;
        thread::yield_now();
        assert_eq!(queue.counts().received, received);
        assert_eq!(queue.depth() as u64, 3 - received);
        queue.release();
        assert_eq!(receiver.join().unwrap(), [Ok(2), Ok(3)]);
        assert_accounted(&queue);
    });
}

#[test]
fn what_is_in_the_front_is_dropped_and_counted_at_the_end() {
    model(|| {
        let queue = queue_with_front(3, &[1, 2, 3]);
        let receiver = {
            let queue = queue.clone();
            thread::spawn(move || pop(&queue))
        };
        queue.close();
        queue.stop_receivers();
        let dropped = queue.clear().len() as u64;
        let taken = u64::from(receiver.join().unwrap().is_ok());
        assert_eq!((taken + dropped, queue.depth()), (2, 0));
        assert_accounted(&queue);
    });
}

#[test]
fn a_receiver_that_takes_only_what_it_expects_leaves_the_rest() {
    model(|| {
        let queue = queue_with_front(4, &[1, 2]);
        let sender = {
            let queue = queue.clone();
            thread::spawn(move || block_on(queue.push(Number(100))).unwrap())
        };
        let expected = queue.take(NonZeroUsize::MIN, |front| {
            let is_expected = front.waiting().next() == Some(&Number(2));
            if is_expected { front.take() } else { None }
        });
        let taken = expected.now().unwrap().unwrap();
        sender.join().unwrap();
        match taken {
            Some(number) => assert_eq!((number, pop(&queue)), (Number(2), Ok(100))),
            None => assert_eq!([pop(&queue), pop(&queue)], [Ok(100), Ok(2)]),
        }
        assert_accounted(&queue);
    });
}
