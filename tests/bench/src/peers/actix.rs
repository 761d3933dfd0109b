//! An actix actor, sent one message at a time. Actors of actix stay on the thread that they were
//! started on: with several workers, that is none of them.

use super::Echo;
use super::native::CAPACITY;
use crate::body::{Body, check};
use actix::prelude::{Actor, Addr, Context, Handler, Message};
use anyhow::Result;

/// The actor.
struct Echoes;

impl Actor for Echoes {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(CAPACITY);
    }
}

/// What it is sent.
#[derive(Message)]
#[rtype(result = "Vec<u8>")]
struct Ask(Vec<u8>);

impl Handler<Ask> for Echoes {
    type Result = Vec<u8>;

    fn handle(&mut self, Ask(message): Ask, _: &mut Self::Context) -> Vec<u8> {
        message
    }
}

/// Who sends to it.
pub(crate) struct Actix {
    actor: Addr<Echoes>,
}

impl Actix {
    /// To be called where local tasks can be left behind.
    pub(crate) fn start() -> Self {
        Self {
            actor: Echoes.start(),
        }
    }
}

impl Echo for Actix {
    async fn round_trip(&mut self, number: u64, size: usize) -> Result<()> {
        let message = Ask(<Vec<u8> as Body>::new(number, size));
        check(&self.actor.send(message).await?, number, size)
    }
}
