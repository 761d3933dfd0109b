//! Does what its messages tell it (see `test_kernels::order`), in the manner that its name begins
//! with, and logs each step before and after it takes it. The simulation reads the log.

use std::hint::black_box;

use ringhost_sdk::prelude::*;
use test_kernels::order::{Command, Order};

/// How long a kernel that does not wait for ever waits for a message.
const A_WHILE: Duration = Duration::from_millis(5);

/// How many messages the kernel that answers late has in hand before it answers them.
const LATE: usize = 3;

/// The most answers that a message may want. The serial of an answer is made of its place among
/// them and the message's id, so that no two are alike, whatever becomes of the kernel.
const MOST_ANSWERS: u32 = 16;

#[ring_kernel]
pub fn simulated(context: &mut Context) -> Result<()> {
    let id = context.kernel_id();
    let result = match id.split('-').next() {
        Some("patient") => patient(context),
        Some("batch") => batch(context),
        Some("late") => late(context),
        Some("stubborn") => stubborn(context),
        _ => single(context),
    };
    match &result {
        Ok(()) => info!("returns"),
        Err(error) => info!("fails {error}"),
    }
    result
}

/// Takes one message at a time, waiting for it as long as it takes.
fn single(context: &Context) -> Result<()> {
    while let Ok(envelope) = receive(context, None) {
        if carry_out(context, &envelope)? {
            break;
        }
    }
    Ok(())
}

/// Looks up from its work: waits a while only, and asks whether it is active and is to end.
fn patient(context: &Context) -> Result<()> {
    while !context.should_terminate() {
        if !context.is_active() {
            info!("rests");
            context.wait_active();
        }
        match receive(context, Some(A_WHILE)) {
            Ok(envelope) => {
                if carry_out(context, &envelope)? {
                    break;
                }
            }
            Err(ReceiveError::Timeout) => {}
            Err(_) => break,
        }
    }
    Ok(())
}

/// Takes what there is, up to four messages, in one call.
fn batch(context: &Context) -> Result<()> {
    loop {
        info!("asks");
        let Ok(envelopes) = context.receive_envelopes(4, None) else {
            info!("nothing");
            return Ok(());
        };
        // All of them are in its hands from here on.
        let envelopes: Vec<_> = envelopes.into_iter().flatten().collect();
        envelopes.iter().for_each(got);
        for envelope in &envelopes {
            if carry_out(context, envelope)? {
                return Ok(());
            }
        }
    }
}

/// Answers the last of several messages first.
fn late(context: &Context) -> Result<()> {
    let mut in_hand = Vec::new();
    loop {
        match receive(context, Some(A_WHILE)) {
            Ok(envelope) => in_hand.push(envelope),
            Err(ReceiveError::Timeout) => {}
            Err(_) => return Ok(()),
        }
        if in_hand.len() == LATE {
            while let Some(envelope) = in_hand.pop() {
                if carry_out(context, &envelope)? {
                    return Ok(());
                }
            }
        }
    }
}

/// Ignores every sign that it should end.
fn stubborn(context: &Context) -> Result<()> {
    while let Ok(envelope) = receive(context, None) {
        if carry_out(context, &envelope)? {
            break;
        }
    }
    test_kernels::spin()
}

fn receive(context: &Context, timeout: Option<Duration>) -> Result<Envelope<Raw>, ReceiveError> {
    info!("asks");
    let received = context.receive_envelope(timeout);
    match &received {
        Ok(envelope) => got(envelope),
        Err(_) => info!("nothing"),
    }
    received
}

fn got(envelope: &Envelope<Raw>) {
    let Envelope {
        id,
        correlation,
        priority,
        message,
    } = envelope;
    match Order::decode(message) {
        Some(Order { label, serial, .. }) => {
            info!("got {label} {serial} {id} {correlation} {priority:?}");
        }
        None => info!("got nonsense"),
    }
}

/// Returns whether that was the last message the kernel wants.
fn carry_out(context: &Context, envelope: &Envelope<Raw>) -> Result<bool> {
    let Some(order) = Order::decode(&envelope.message) else {
        bail!("nonsense");
    };
    match order.command {
        Command::Answer | Command::Hurry => answer(context, envelope, order, 1),
        Command::Compute => {
            black_box(test_kernels::xorshift(1, order.argument.into()));
            answer(context, envelope, order, 1);
        }
        Command::Split => answer(context, envelope, order, order.argument),
        Command::Forget => {}
        Command::Leave => return Ok(true),
        Command::Fail => bail!("told to"),
        Command::Trap => {
            info!("traps");
            std::process::abort();
        }
    }
    Ok(false)
}

fn answer(context: &Context, envelope: &Envelope<Raw>, order: Order, times: u32) {
    // A kernel that gets the answer by a link does not split it again.
    let command = match order.command {
        Command::Split => Command::Answer,
        command => command,
    };
    let mut answers = Vec::new();
    for number in 1..=times {
        let (label, serial) = (order.label, envelope.id as u32 * MOST_ANSWERS + number);
        info!("puts {label} {serial}");
        let answer = Order {
            label,
            serial,
            command,
            argument: order.argument,
        };
        answers.push(envelope.reply(Raw(answer.encode())));
    }
    let timeout = (order.command == Command::Hurry).then_some(Duration::ZERO);
    let sent = match answers.as_slice() {
        [answer] => context.send_outgoing(answer, timeout).map(|()| 1),
        answers => context.send_outgoing_batch(answers, timeout),
    };
    match sent {
        Ok(sent) => info!("sent {sent}"),
        Err(error) => info!("unsent {error:?}"),
    }
}
