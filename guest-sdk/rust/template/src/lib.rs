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

/// Its loop. What it keeps outside the closure lives as long as the kernel.
#[ring_kernel]
pub fn {{crate}}(context: &mut Context<Request, Response>) -> Result<()> {
    let mut texts = 0;
    info!("{} is at work", context.kernel_id());
    context.serve(|request, replies| {
        texts += 1;
        replies.push(Response {
            characters: u32::try_from(request.text.chars().count())?,
            texts,
        });
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    #[test]
    fn measures_each_text() {
        let texts = ["ring", "größer"].map(|text| Request { text: text.into() });
        let run = TestHost::new().send_each(texts).run({{crate}});
        assert_eq!(run.result, Ok(()));
        let answers = run.messages();
        assert_eq!(answers.len(), 2);
        assert_eq!(answers[0].characters, 4);
        assert_eq!(answers[1].characters, 6);
        assert_eq!(answers[1].texts, 2);
    }
}
