//! A handler that does what a message says: how it answers, fails and dies in the midst of a batch.
//! Anything that is no command it sends back. Its state is how many messages it has handled.

use ringhost_sdk::prelude::*;
use test_kernels::{spin, xorshift};

#[ring_handler(snapshot)]
pub fn commands(handled: &mut u64, message: Raw, replies: &mut Replies) -> Result<()> {
    *handled += 1;
    match message
        .text()?
        .split_once(' ')
        .unwrap_or((message.text()?, ""))
    {
        ("count", _) => replies.push(handled.to_string().into()),
        ("fail", why) => bail!("{why}"),
        ("panic", why) => panic!("{why}"),
        ("spin", _) => spin(),
        // The last of so many steps of a computation.
        ("compute", steps) => replies.push(xorshift(1, steps.parse()?).to_string().into()),
        // Logs that it works, until it is asked to end.
        ("work", _) => {
            info!("{} works", life::kernel_id());
            while !life::should_terminate() {}
            replies.push("done".into());
        }
        // So many replies, of so many bytes each.
        ("replies", numbers) => {
            let (count, bytes) = numbers.split_once(' ').unwrap_or((numbers, "0"));
            for number in 0..count.parse::<usize>()? {
                let mut reply = number.to_string().into_bytes();
                reply.resize(reply.len().max(bytes.parse()?), b' ');
                replies.push(reply.into());
            }
        }
        _ => replies.push(message),
    }
    Ok(())
}
