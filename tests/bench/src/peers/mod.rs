//! Those that ringhost is compared with, each as its authors would have it used, and without
//! anything that is optional and costs time.

mod actix;
pub(crate) mod erlang;
mod kameo;
mod native;
mod ours;
mod ractor;

pub(crate) use self::{
    actix::Actix,
    erlang::ErlangTrips,
    kameo::Kameo,
    native::{Native, NativeBatches, chain},
    ractor::Ractor,
};
pub use erlang::Erlang;

/// One that sends back what it is sent, to whoever sent it.
pub(crate) trait Echo: Send + 'static {
    /// Sends a message and waits until it has come back.
    fn round_trip(
        &mut self,
        number: u64,
        size: usize,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// One through which messages stream.
pub(crate) trait Pipe: Send + 'static {
    /// Sends so many messages from one task and receives them in another.
    fn stream(
        &mut self,
        count: u64,
        size: usize,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}
