//! Does what its messages say: `trap`, `fail` and `return` end it in that way, `spin` keeps it busy
//! for ever; any other message it answers with how many it has answered, and the message. It takes
//! up to eight at once. Shows what becomes of a kernel, and of its messages, when it dies.

use ringhost_sdk::prelude::*;

#[ring_kernel]
pub fn obeys(context: &mut Context) -> Result<()> {
    let mut answered = 0;
    loop {
        for envelope in context.receive_envelopes(8, None)? {
            let envelope = envelope?;
            let text = String::from_utf8_lossy(&envelope.message).into_owned();
            match text.as_str() {
                "trap" => panic!("as told"),
                "fail" => bail!("as told"),
                "return" => return Ok(()),
                "spin" => loop {
                    std::hint::spin_loop();
                },
                _ => answered += 1,
            }
            let answer = format!("{answered} {text}");
            context.send_outgoing(&envelope.reply(answer.into()), None)?;
        }
    }
}
