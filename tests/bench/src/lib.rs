//! ringhost beside its peers: every row of the table in `docs/performance.md` is a file in [`rows`],
//! and the program `bench` runs them.
//!
//! A row's contenders take turns, round by round, so that whatever slows the machine slows all of
//! them, and what is compared is the ratio within each round. That is why this is no criterion
//! benchmark: criterion measures one function to its end before it begins with the next.
//!
//! The peers are behind the feature `peers`, so that nobody who builds the workspace has to wait for
//! them.

#![deny(missing_docs)]

mod body;
pub mod cores;
pub mod flavour;
pub mod measured;
pub mod number;
mod ours;
pub mod report;
pub mod statistics;
pub mod target;

#[cfg(feature = "peers")]
mod bare;
#[cfg(feature = "peers")]
mod contender;
#[cfg(feature = "peers")]
mod executor;
#[cfg(feature = "peers")]
mod measure;
#[cfg(feature = "peers")]
mod park;
#[cfg(feature = "peers")]
mod peers;
#[cfg(feature = "peers")]
mod process;
#[cfg(feature = "peers")]
mod row;
#[cfg(feature = "peers")]
pub mod rows;

pub use ours::{Ours, builder};

#[cfg(feature = "peers")]
pub use {
    contender::{Contender, Contestant},
    measure::{Setting, measure},
    park::{Parked, park},
    peers::Erlang,
    row::Row,
};
