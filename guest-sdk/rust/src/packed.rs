//! Messages packed into bytes, as the contract's `exchange` carries them.

use std::ops::Range;

use crate::envelope::{Envelope, Outgoing, Priority};
use crate::error::EncodeError;
use crate::host::Payload;

/// Bytes that are longer than this are sent from where they lie, and received by themselves. To pack
/// them is to copy them, which costs more than a call to the host of their own.
pub(crate) const PACKED_BYTES: usize = 4096;

/// The head of a message that is received: length, priority, id, correlation.
const INCOMING_HEAD: usize = 24;

/// The head of a message that is sent: length, priority, correlation.
const OUTGOING_HEAD: usize = 16;

/// What stands for the priority of the message received last.
const AS_RECEIVED: u32 = 255;

/// Messages that the host has packed, and how far they have been read; or one that was too long for
/// that.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    bytes: Vec<u8>,
    read: usize,
    long: Option<Envelope<Vec<u8>>>,
}

/// The head of a packed message, and where its payload is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    id: u64,
    correlation: u64,
    priority: Priority,
    payload: Range<usize>,
}

impl Packed {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

    /// One message that is not packed.
    pub(crate) fn long(message: Envelope<Vec<u8>>) -> Self {
        Self {
            long: Some(message),
            ..Self::default()
        }
    }

    /// The id of the next message.
    pub(crate) fn next_id(&self) -> Option<u64> {
        Some(self.head()?.id)
    }

    /// Reads the next message.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Envelope<Payload<'_>>> {
        let Some(head) = self.head() else {
            return Some(self.long.take()?.map(Payload::from));
        };
        self.read = head.payload.end;
        Some(Envelope {
            id: head.id,
            correlation: head.correlation,
            priority: head.priority,
            message: self.bytes.get(head.payload)?.into(),
        })
    }

    /// Packs messages as a host does.
    pub(crate) fn of(messages: &[Envelope<Vec<u8>>]) -> Self {
        let mut bytes = Vec::new();
        for message in messages {
            let length = message.message.len() as u32;
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(&number(message.priority).to_le_bytes());
            bytes.extend_from_slice(&message.id.to_le_bytes());
            bytes.extend_from_slice(&message.correlation.to_le_bytes());
            bytes.extend_from_slice(&message.message);
        }
        Self::new(bytes)
    }

    fn head(&self) -> Option<Head> {
        let (head, rest) = self
            .bytes
            .get(self.read..)?
            .split_first_chunk::<INCOMING_HEAD>()?;
        let (length, head) = head.split_first_chunk()?;
        let (priority, head) = head.split_first_chunk()?;
        let (id, correlation) = head.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        let payload = self.read + INCOMING_HEAD;
        (length <= rest.len()).then_some(Head {
            id: u64::from_le_bytes(*id),
            correlation: u64::from_le_bytes(*correlation.first_chunk()?),
            priority: priority_of(u32::from_le_bytes(*priority)),
            payload: payload..payload + length,
        })
    }
}

/// Packs a message that is sent, whose bytes are these.
#[inline]
pub(crate) fn pack(outgoing: &Outgoing<&[u8]>, packed: &mut Vec<u8>) {
    let head = head_of(outgoing, outgoing.message.len());
    packed.reserve(OUTGOING_HEAD + outgoing.message.len());
    packed.extend_from_slice(&head);
    packed.extend_from_slice(outgoing.message);
}

/// Packs a message that is sent, whose bytes are what this function puts behind what is there.
/// After an error the message is not there.
pub(crate) fn pack_with<T>(
    outgoing: &Outgoing<T>,
    packed: &mut Vec<u8>,
    append: impl FnOnce(&T, &mut Vec<u8>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let begin = packed.len();
    let payload = begin + OUTGOING_HEAD;
    packed.resize(payload, 0);
    if let Err(error) = append(&outgoing.message, packed) {
        packed.truncate(begin);
        return Err(error);
    }
    let head = head_of(outgoing, packed.len() - payload);
    packed[begin..payload].copy_from_slice(&head);
    Ok(())
}

fn head_of<T>(outgoing: &Outgoing<T>, length: usize) -> [u8; OUTGOING_HEAD] {
    let priority = outgoing.priority.map_or(AS_RECEIVED, number);
    let correlation = outgoing.correlation.unwrap_or(0);
    // As one number, so that it is written at once.
    let head = length as u32 as u128 | u128::from(priority) << 32 | u128::from(correlation) << 64;
    head.to_le_bytes()
}

/// Reads the messages that [`pack`] packed.
pub(crate) fn unpack(mut packed: &[u8]) -> Vec<Outgoing<Payload<'_>>> {
    let mut messages = Vec::new();
    while let Some((message, rest)) = unpack_first(packed) {
        messages.push(message);
        packed = rest;
    }
    messages
}

/// Takes so many messages from the front of what [`pack`] packed.
pub(crate) fn skip(packed: &mut Vec<u8>, messages: usize) {
    let mut rest = packed.as_slice();
    for _ in 0..messages {
        rest = unpack_first(rest).map_or(&[], |(_, rest)| rest);
    }
    let skipped = packed.len() - rest.len();
    packed.drain(..skipped);
}

fn unpack_first(packed: &[u8]) -> Option<(Outgoing<Payload<'_>>, &[u8])> {
    let (head, rest) = packed.split_first_chunk::<OUTGOING_HEAD>()?;
    let head = u128::from_le_bytes(*head);
    let (payload, rest) = rest.split_at_checked(head as u32 as usize)?;
    let (priority, correlation) = ((head >> 32) as u32, (head >> 64) as u64);
    let message = Outgoing {
        message: payload.into(),
        correlation: (correlation != 0).then_some(correlation),
        priority: (priority != AS_RECEIVED).then(|| priority_of(priority)),
    };
    Some((message, rest))
}

fn number(priority: Priority) -> u32 {
    match priority {
        Priority::Low => 0,
        Priority::Normal => 1,
        Priority::High => 2,
        Priority::Urgent => 3,
    }
}

fn priority_of(number: u32) -> Priority {
    match number {
        0 => Priority::Low,
        1 => Priority::Normal,
        2 => Priority::High,
        _ => Priority::Urgent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(id: u64, priority: u32, payload: &[u8]) -> Vec<u8> {
        let length = (payload.len() as u32).to_le_bytes();
        let (priority, id, correlation) = (
            priority.to_le_bytes(),
            id.to_le_bytes(),
            (id + 100).to_le_bytes(),
        );
        [&length[..], &priority, &id, &correlation, payload].concat()
    }

    #[test]
    fn messages_are_read_one_after_the_other() {
        let mut packed = Packed::new([incoming(1, 0, b"ab"), incoming(2, 3, b"")].concat());
        assert_eq!(packed.next_id(), Some(1));
        let first = packed.next().unwrap();
        assert_eq!((first.id, first.correlation), (1, 101));
        assert_eq!(
            (first.priority, &*first.message),
            (Priority::Low, &b"ab"[..])
        );
        let second = packed.next().unwrap();
        assert_eq!((second.id, second.priority), (2, Priority::Urgent));
        assert_eq!(packed.next_id(), None);
        assert_eq!(packed.next(), None);
    }

    #[test]
    fn part_of_a_message_is_none() {
        let whole = incoming(1, 1, b"abc");
        for length in 0..whole.len() {
            assert_eq!(Packed::new(whole[..length].to_vec()).next(), None);
        }
    }

    #[test]
    fn a_message_is_packed_with_what_it_names() {
        let mut packed = Vec::new();
        pack(&Outgoing::new(&b"a"[..]), &mut packed);
        assert_eq!(packed, b"\x01\0\0\0\xff\0\0\0\0\0\0\0\0\0\0\0a");
        packed.clear();
        let named = Outgoing::new(&b""[..])
            .correlation(7)
            .priority(Priority::High);
        pack(&named, &mut packed);
        assert_eq!(packed, b"\0\0\0\0\x02\0\0\0\x07\0\0\0\0\0\0\0");
    }

    #[test]
    fn what_cannot_be_encoded_leaves_what_is_packed_as_it_was() {
        let mut packed = Vec::new();
        let append = |bytes: &&[u8], packed: &mut Vec<u8>| {
            packed.extend_from_slice(bytes);
            Ok(())
        };
        pack_with(&Outgoing::new(&b"ab"[..]), &mut packed, append).unwrap();
        let mut as_bytes = Vec::new();
        pack(&Outgoing::new(&b"ab"[..]), &mut as_bytes);
        assert_eq!(packed, as_bytes);
        let refuse = |(): &(), packed: &mut Vec<u8>| {
            packed.push(1);
            Err(EncodeError("no".into()))
        };
        pack_with(&Outgoing::new(()), &mut packed, refuse).unwrap_err();
        assert_eq!(packed, as_bytes);
    }

    #[test]
    fn what_is_packed_is_unpacked_and_skipped() {
        let messages = [
            Outgoing::new(&b"first"[..]),
            Outgoing::new(&b""[..]).priority(Priority::Urgent),
            Outgoing::new(&b"third"[..]).correlation(9),
        ];
        let mut packed = Vec::new();
        messages
            .iter()
            .for_each(|message| pack(message, &mut packed));
        let messages = messages.map(|message| message.map(Payload::from));
        assert_eq!(unpack(&packed), messages);
        skip(&mut packed, 2);
        assert_eq!(unpack(&packed), messages[2..]);
        skip(&mut packed, 2);
        assert!(packed.is_empty());
    }
}
