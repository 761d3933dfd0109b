//! ringhost itself.

use super::{Echo, Pipe};
use crate::Ours;
use anyhow::Result;

impl Echo for Ours {
    async fn round_trip(&mut self, number: u64, size: usize) -> Result<()> {
        Ours::round_trip(self, number, size).await
    }
}

impl Pipe for Ours {
    async fn stream(&mut self, count: u64, size: usize) -> Result<()> {
        Ours::stream(self, count, size).await
    }
}
