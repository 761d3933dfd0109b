//! A kameo actor with a bounded mailbox, asked one message at a time.

use super::Echo;
use super::native::CAPACITY;
use crate::body::{Body, check};
use anyhow::Result;
use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};

/// The actor.
#[derive(Actor)]
struct Echoes;

impl Message<Vec<u8>> for Echoes {
    type Reply = Vec<u8>;

    async fn handle(&mut self, message: Vec<u8>, _: &mut Context<Self, Vec<u8>>) -> Vec<u8> {
        message
    }
}

/// Who asks it.
pub(crate) struct Kameo {
    actor: ActorRef<Echoes>,
}

impl Kameo {
    /// To be called inside the executor.
    pub(crate) fn start() -> Self {
        Self {
            actor: Echoes::spawn_with_mailbox(Echoes, mailbox::bounded(CAPACITY)),
        }
    }
}

impl Echo for Kameo {
    async fn round_trip(&mut self, number: u64, size: usize) -> Result<()> {
        let message = <Vec<u8> as Body>::new(number, size);
        let answer = self.actor.ask(message).await;
        let answer = answer.map_err(|error| anyhow::anyhow!("{error}"))?;
        check(&answer, number, size)
    }
}
