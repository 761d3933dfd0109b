//! A ractor actor, called one message at a time. Its mailbox has no bound: it has no other.

use super::Echo;
use crate::body::{Body, check};
use anyhow::Result;
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, call};

/// The actor.
struct Echoes;

/// What it is sent.
struct Ask(Vec<u8>, RpcReplyPort<Vec<u8>>);

impl Actor for Echoes {
    type Msg = Ask;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Ask>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<Ask>,
        Ask(message, reply): Ask,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        reply.send(message)?;
        Ok(())
    }
}

/// Who calls it.
pub(crate) struct Ractor {
    actor: ActorRef<Ask>,
}

impl Ractor {
    pub(crate) async fn start() -> Result<Self> {
        let (actor, _) = Actor::spawn(None, Echoes, ()).await?;
        Ok(Self { actor })
    }
}

impl Echo for Ractor {
    async fn round_trip(&mut self, number: u64, size: usize) -> Result<()> {
        let message = <Vec<u8> as Body>::new(number, size);
        let answer = call!(self.actor, Ask, message)?;
        check(&answer, number, size)
    }
}
