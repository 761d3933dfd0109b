//! What host and broker say to each other, over the broker's standard input and output: the lane, 4 bytes;
//! the length of what follows, 8 bytes; a message as postcard writes it. Numbers are little end first.
//!
//! A lane is one caller at a time and one thread of the broker: so what is asked on one lane is done in
//! order, and what is asked on different ones at once.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read, Write};

/// The most bytes of a message: those of the largest space, and what is said about them.
const MOST: u64 = (1 << 32) + (1 << 20);

/// Writes a message.
pub(super) fn send(pipe: &mut impl Write, lane: u32, message: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_allocvec(message).map_err(io::Error::other)?;
    pipe.write_all(&lane.to_le_bytes())?;
    pipe.write_all(&(bytes.len() as u64).to_le_bytes())?;
    pipe.write_all(&bytes)?;
    pipe.flush()
}

/// Reads the bytes of a message, and on which lane it is.
pub(super) fn receive(pipe: &mut impl Read) -> io::Result<(u32, Vec<u8>)> {
    let (mut lane, mut length) = ([0; 4], [0; 8]);
    pipe.read_exact(&mut lane)?;
    pipe.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > MOST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    pipe.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((u32::from_le_bytes(lane), bytes))
}

/// The message in these bytes.
pub(super) fn message<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    postcard::from_bytes(bytes).map_err(io::Error::other)
}
