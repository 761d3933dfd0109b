//! Adds up: a handler with a state that the host can take out and put into another kernel. What is
//! called `counter` in the other languages; in Rust that is a kernel with declared messages.

#![deny(missing_docs)]

use ringhost_sdk::prelude::*;

/// The sum of all that was added.
#[message]
#[derive(Default)]
pub struct Total(i64);

/// `add N` adds and answers the total, `fail WORDS` ends with that error, and anything else is sent
/// back.
#[ring_handler(snapshot)]
pub fn tally(total: &mut Total, message: Raw, replies: &mut Replies) -> Result<()> {
    match message.text().ok().and_then(|text| text.split_once(' ')) {
        Some(("fail", words)) => bail!("{words}"),
        Some(("add", number)) => {
            total.0 = total.0.wrapping_add(number.parse()?);
            replies.push(total.0.to_string().into());
        }
        _ => replies.push(message),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    #[test]
    fn adds_up_and_sends_back_what_is_no_command() {
        let mut total = Total(40);
        let run = TestHost::new()
            .send_each(["add 2", "hello", "add -1"].map(Raw::from))
            .run_handler(|message, replies| tally(&mut total, message, replies));
        assert_eq!(run.result, Ok(()));
        assert_eq!(run.messages(), ["42", "hello", "41"].map(Raw::from));
        assert_eq!(total, Total(41));
    }

    #[test]
    fn fails_with_the_words_it_is_given() {
        let run = TestHost::new()
            .send("fail for a reason".into())
            .run_handler(|message, replies| tally(&mut Total::default(), message, replies));
        assert_eq!(run.result, Err("for a reason".to_owned()));
    }
}
