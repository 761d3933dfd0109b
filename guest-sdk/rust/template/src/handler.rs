//! The kernel `{{name}}`: says how long texts are.

use ringhost_sdk::prelude::*;

/// What the kernel receives.
#[message]
pub struct Request {
    /// A text to measure.
    pub text: String,
}

/// What it answers.
#[message]
pub struct Response {
    /// How many characters the text has.
    pub characters: u32,
    /// How many texts have been measured so far, this one included.
    pub texts: u64,
}

/// What it keeps from one message to the next, and what a snapshot holds.
#[message]
#[derive(Default)]
pub struct State {
    texts: u64,
}

/// Handles one message. The host calls it with each.
#[ring_handler(snapshot)]
pub fn {{crate}}(
    state: &mut State,
    request: Request,
    replies: &mut Replies<Response>,
) -> Result<()> {
    state.texts += 1;
    replies.push(Response {
        characters: u32::try_from(request.text.chars().count())?,
        texts: state.texts,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    #[test]
    fn measures_each_text() {
        let texts = ["ring", "größer"].map(|text| Request { text: text.into() });
        let mut state = State::default();
        let run = TestHost::new()
            .send_each(texts)
            .run_handler(|request, replies| {{crate}}(&mut state, request, replies));
        assert_eq!(run.result, Ok(()));
        let answers = run.messages();
        assert_eq!(answers.len(), 2);
        assert_eq!(answers[0].characters, 4);
        assert_eq!(answers[1].characters, 6);
        assert_eq!(answers[1].texts, 2);
    }
}
