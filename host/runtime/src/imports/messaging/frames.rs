//! Packed messages: what `exchange` and `advance` carry. The format is the contract's.

use crate::message::{Envelope, Message, MessageId, Priority};
use bytes::{BufMut, BytesMut};
use std::ops::Range;

/// The head of a message that is received: length, priority, id, correlation.
const INCOMING_HEAD: usize = 24;

/// The head of a message that is sent: length, priority, correlation.
const OUTGOING_HEAD: usize = 16;

/// The priority of a message that names none.
const AS_RECEIVED: u8 = 0xff;

/// How long a message is, packed.
pub(super) fn packed_length(message: &Message) -> usize {
    message.payload.len().saturating_add(INCOMING_HEAD)
}

/// Packs a message that is received.
pub(super) fn pack(message: &Message, packed: &mut BytesMut) {
    let Envelope {
        id,
        correlation,
        priority,
    } = message.envelope;
    let length = u32::try_from(message.payload.len()).unwrap_or(u32::MAX);
    // As numbers, so that it is written at once.
    let first = u128::from(length) | (priority as u128) << 32 | u128::from(id.0) << 64;
    let mut head = [0; INCOMING_HEAD];
    let (begin, end) = head.split_at_mut(16);
    begin.copy_from_slice(&first.to_le_bytes());
    end.copy_from_slice(&correlation.0.to_le_bytes());
    packed.reserve(INCOMING_HEAD + message.payload.len());
    packed.put_slice(&head);
    packed.put_slice(&message.payload);
}

/// A message that is sent, as far as it says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unpacked {
    pub(super) correlation: Option<MessageId>,
    pub(super) priority: Option<Priority>,
    /// Where its payload is. The next message follows it.
    pub(super) payload: Range<usize>,
}

/// Unpacks the message that begins at `at`. `None` where there is no whole message.
pub(super) fn unpack(packed: &[u8], at: usize) -> Option<Unpacked> {
    let rest = packed.get(at..)?;
    let (head, rest) = rest.split_first_chunk::<OUTGOING_HEAD>()?;
    let (length, head) = head.split_first_chunk::<4>()?;
    let (priority, correlation) = head.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if length > rest.len() {
        return None;
    }
    let priority = match *priority {
        [AS_RECEIVED, 0, 0, 0] => None,
        [band, 0, 0, 0] => Some(*Priority::ALL.get(usize::from(band))?),
        _ => return None,
    };
    let correlation = u64::from_le_bytes(*correlation.first_chunk()?);
    let begin = at + OUTGOING_HEAD;
    Some(Unpacked {
        correlation: (correlation != 0).then_some(MessageId(correlation)),
        priority,
        payload: begin..begin + length,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(length: u32, priority: [u8; 4], correlation: u64, payload: &[u8]) -> Vec<u8> {
        let length = length.to_le_bytes();
        let correlation = correlation.to_le_bytes();
        [&length[..], &priority, &correlation, payload].concat()
    }

    #[test]
    fn messages_are_unpacked_one_after_the_other() {
        let mut two = packed(2, [AS_RECEIVED, 0, 0, 0], 0, b"ab");
        two.extend(packed(0, [3, 0, 0, 0], 7, b""));
        let first = unpack(&two, 0).unwrap();
        assert_eq!((first.correlation, first.priority), (None, None));
        assert_eq!(two[first.payload.clone()], *b"ab");
        let second = unpack(&two, first.payload.end).unwrap();
        assert_eq!(second.correlation, Some(MessageId(7)));
        assert_eq!(second.priority, Some(Priority::Urgent));
        assert_eq!(second.payload, two.len()..two.len());
    }

    #[test]
    fn what_is_no_whole_message_is_refused() {
        let whole = packed(3, [1, 0, 0, 0], 0, b"abc");
        for length in 0..whole.len() {
            assert_eq!(unpack(&whole[..length], 0), None, "{length} bytes of it");
        }
        for priority in [[4, 0, 0, 0], [254, 0, 0, 0], [1, 1, 0, 0], [1, 0, 0, 1]] {
            assert_eq!(unpack(&packed(0, priority, 0, b""), 0), None);
        }
        assert_eq!(unpack(&packed(u32::MAX, [1, 0, 0, 0], 0, b"abc"), 0), None);
        assert_eq!(unpack(&whole, whole.len() + 1), None);
    }
}
