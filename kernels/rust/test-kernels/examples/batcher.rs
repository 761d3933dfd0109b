//! Takes as many messages as one call gives and sends, in one call, first their number as text
//! and then each of them back, of the same exchange. Shows what the calls for batches do.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn batcher(context: &mut Context) -> Result<()> {
    loop {
        let mut outgoing = vec![Outgoing::new(Raw::default())];
        for envelope in context.receive_envelopes(u32::MAX, None)? {
            let envelope = envelope?;
            outgoing.push(envelope.reply(envelope.message.clone()));
        }
        outgoing[0].message = (outgoing.len() - 1).to_string().into();
        let mut rest = outgoing.as_slice();
        while !rest.is_empty() {
            let taken = context.send_outgoing_batch(rest, None)?;
            rest = &rest[taken..];
        }
    }
}
