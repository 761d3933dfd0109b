//! Doubles numbers: the first kernel to read.

#![deny(missing_docs)]

use ringhost_sdk::prelude::*;

/// A number to double.
#[message]
pub struct Request {
    /// The number.
    pub value: i64,
}

/// The answer to a [`Request`].
#[message]
pub struct Response {
    /// Twice the number, wrapping around where that is out of range.
    pub result: i64,
}

/// The loop that handles every state of a kernel's life, written out. [`Context::serve`] is the
/// same loop, ready made.
#[ring_kernel]
pub fn doubler(context: &mut Context<Request, Response>) -> Result<()> {
    while !context.should_terminate() {
        // The host stops a paused kernel in any case. Looking is for a kernel that wants to do
        // something before it rests; this one says so.
        if !context.is_active() {
            info!("paused");
            context.wait_active();
            continue;
        }
        // The timeout brings the loop back to its questions when nothing comes.
        match context.receive_timeout(Duration::from_millis(100)) {
            Ok(request) => context.send(&Response {
                result: request.value.wrapping_mul(2),
            })?,
            Err(ReceiveError::Timeout) => continue,
            Err(ReceiveError::Malformed(malformed)) => warn!("skipped: {malformed}"),
            Err(ReceiveError::Closed | ReceiveError::Terminating) => break,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    fn request(value: i64) -> Request {
        Request { value }
    }

    fn response(result: i64) -> Response {
        Response { result }
    }

    #[test]
    fn doubles_each_number_in_order() {
        let run = TestHost::new()
            .send_each([21, -3, i64::MAX].map(request))
            .run(doubler);
        assert_eq!(run.result, Ok(()));
        assert_eq!(run.messages(), [42, -6, -2].map(response));
    }

    #[test]
    fn lives_through_quiet_and_pause_and_what_is_no_request() {
        let run = TestHost::new()
            .quiet()
            .send(request(1))
            .pause()
            .send_bytes([])
            .send(request(2))
            .run(doubler);
        assert_eq!(run.result, Ok(()));
        assert_eq!(run.messages(), [2, 4].map(response));
        assert_eq!(run.log[0].text, "paused");
        assert!(run.log[1].text.starts_with("skipped: message 2 of 0 bytes"));
    }

    #[test]
    fn ends_when_asked() {
        let run = TestHost::new()
            .send(request(1))
            .terminate()
            .send(request(2))
            .run(doubler);
        assert_eq!(run.result, Ok(()));
        assert_eq!(run.messages(), [response(2)]);
    }
}
