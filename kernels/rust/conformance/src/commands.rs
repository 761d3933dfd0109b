//! The commands.

use ringhost_sdk::prelude::*;
use std::hint::spin_loop;

/// Whether the kernel goes on after a command.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Next,
    Last,
}

type Request = Envelope<Raw>;

/// Does what a message asks. `kept` is what `keep` keeps.
pub fn obey(context: &Context, kept: &mut Option<Request>, request: Request) -> Result<Step> {
    let text = request.message.text().unwrap_or_default().to_owned();
    let (command, argument) = text.split_once(' ').unwrap_or((&text, ""));
    match command {
        "fail" => bail!("{argument}"),
        "trap" => panic!("as it was told"),
        "spin" => loop {
            spin_loop();
        },
        "poll" => {
            while !context.should_terminate() {
                if !context.is_active() {
                    context.wait_active();
                }
            }
            return Ok(Step::Last);
        }
        "life" => {
            let (active, terminate) = (context.is_active(), context.should_terminate());
            answer(
                context,
                &request,
                format!("active={active} terminate={terminate}"),
            )?;
        }
        "who" => answer(context, &request, context.kernel_id())?,
        "envelope" => {
            let (id, correlation) = (request.id, request.correlation);
            let priority = match request.priority {
                Priority::Low => "low",
                Priority::Normal => "normal",
                Priority::High => "high",
                Priority::Urgent => "urgent",
            };
            answer(context, &request, format!("{id} {correlation} {priority}"))?;
        }
        "flood" => {
            for number in 0..argument.parse::<u64>()? {
                answer(context, &request, number.to_string())?;
            }
        }
        "fill" => fill(context, &request)?,
        "big" => match answer(context, &request, "x".repeat(argument.parse()?)) {
            Err(SendError::TooLarge { .. }) => answer(context, &request, "too-large")?,
            sent => sent?,
        },
        "timeout" => {
            let timeout = Duration::from_millis(argument.parse()?);
            match context.receive_timeout(timeout) {
                Err(ReceiveError::Timeout) => answer(context, &request, "timeout")?,
                other => answer(context, &request, other?)?,
            }
        }
        "batch" => batch(context, &request, argument.parse()?)?,
        "keep" => *kept = Some(request),
        "release" => {
            if let Some(earlier) = kept.take() {
                answer(context, &earlier, "released")?;
            }
            answer(context, &request, "release")?;
        }
        "log" => {
            let (level, words) = argument.split_once(' ').unwrap_or((argument, ""));
            match level {
                "trace" => trace!("{words}"),
                "debug" => debug!("{words}"),
                "warn" => warn!("{words}"),
                "error" => error!("{words}"),
                _ => info!("{words}"),
            }
            answer(context, &request, "logged")?;
        }
        // Rust's own print has nowhere to print to without WASI; the SDK's is `info!`.
        "print" => {
            info!("{argument}");
            answer(context, &request, "printed")?;
        }
        _ => answer(context, &request, request.message.clone())?,
    }
    Ok(Step::Next)
}

fn answer(context: &Context, request: &Request, reply: impl Into<Raw>) -> Result<(), SendError> {
    context.send_outgoing(&request.reply(reply.into()), None)
}

/// Sends until there is no room.
fn fill(context: &Context, request: &Request) -> Result<(), SendError> {
    let full = request.reply(Raw::from("full"));
    let mut taken = 0;
    let why = loop {
        match context.send_outgoing(&full, Some(Duration::ZERO)) {
            Ok(()) => taken += 1,
            Err(SendError::Timeout) => break "timeout",
            Err(SendError::Full) => break "full",
            Err(other) => return Err(other),
        }
    };
    answer(context, request, format!("filled {taken} {why}"))
}

/// Receives messages in one call and sends them back in another.
fn batch(context: &Context, request: &Request, max: u32) -> Result<()> {
    let mut replies = Vec::new();
    for received in context.receive_envelopes(max, None)? {
        let other = received?;
        replies.push(other.reply(other.message.clone()));
    }
    context.send_outgoing_batch(&replies, None)?;
    answer(context, request, format!("batch {}", replies.len()))?;
    Ok(())
}
