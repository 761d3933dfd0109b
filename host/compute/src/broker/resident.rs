//! Messages to a resident in a broker: each is written, its items are launched, and the answer is read.

use super::place::Place;
use crate::ComputeError;
use crate::cuda::Batch;
use crate::space::{Messages, Next, Step, Steps, Talk};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

impl Place {
    /// Has one message answered.
    pub(super) fn talk(&self, next: &Next, messages: &Messages) -> Result<Batch, ComputeError> {
        let talk = &messages.talk;
        let Some(message) = messages.message(0) else {
            return Ok(Batch::default());
        };
        // The message overwrites all of it.
        talk.input.poison(false);
        if let Err(error) = talk.launch.begin() {
            talk.failed(error);
            return Ok(Batch::default());
        }
        talk.begin();
        let mut took = Duration::ZERO;
        let answer = self.answered(next, talk, &message, &mut took);
        talk.end(took);
        match answer {
            Ok(answer) => talk.answer(Ok(answer)),
            // All that wait are told when this is.
            Err(ComputeError::Cancelled) => {}
            Err(ComputeError::DeviceLost(reason)) => return Err(ComputeError::DeviceLost(reason)),
            // It came to its end, and what it read before is what is poisoned.
            Err(ComputeError::Poisoned) => talk.answer(Err(ComputeError::Poisoned)),
            Err(error) => talk.failed(error),
        }
        Ok(Batch::default())
    }

    fn answered(
        &self,
        next: &Next,
        talk: &Talk,
        message: &[u8],
        took: &mut Duration,
    ) -> Result<Vec<u8>, ComputeError> {
        let (input, output) = (&talk.input, &talk.output);
        let mut bytes = message.to_vec();
        bytes.resize(usize::try_from(input.len()).unwrap_or(bytes.len()), 0);
        let write = Step::Write {
            buffer: input.clone(),
            part: input.part(0, input.len())?,
            bytes: bytes.into(),
        };
        let (reply, mut read) = oneshot::channel();
        let reading = Step::Read {
            buffer: output.clone(),
            part: output.part(0, output.len())?,
            reply: Mutex::new(Some(reply)),
        };
        self.done(next, vec![write, Step::Launch(talk.launch.clone())], took)?;
        self.done(next, vec![reading], took)?;
        read.try_recv().unwrap_or(Err(ComputeError::Cancelled))
    }

    /// Has steps done, in as many turns as they take.
    fn done(&self, of: &Next, steps: Vec<Step>, took: &mut Duration) -> Result<(), ComputeError> {
        let steps: Arc<Steps> = Steps::new(steps, false);
        let mut next = Next {
            steps,
            index: 0,
            part: 0,
            first: 0,
            times: 1,
            state: of.state.clone(),
        };
        while next.index < next.steps.len() {
            let batch = self.turn_of(&next)?;
            *took = took.saturating_add(batch.stats.device_time);
            if let Some(answer) = batch.answer {
                answer.give();
            }
            if let Some(error) = batch.error {
                return Err(error);
            }
            next.index = next.index.saturating_add(batch.steps);
            next.part = batch.part;
            next.first = batch.first;
        }
        Ok(())
    }
}
