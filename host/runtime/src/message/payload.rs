//! The bytes of a message.

use bytes::Bytes;
use std::fmt;
use std::ops::Deref;

/// The longest payload that is kept in place, in bytes. It makes a payload five words long, one
/// more than the [`Bytes`] that it is beside.
const IN_PLACE: usize = 38;

/// The bytes of a message: read as a slice, cheap to clone. Few of them are kept in place, so that
/// a small message costs no allocation; more are shared, as [`Bytes`].
#[derive(Clone)]
pub struct Payload(Kept);

#[derive(Clone)]
enum Kept {
    InPlace { length: u8, bytes: [u8; IN_PLACE] },
    Shared(Bytes),
}

impl Payload {
    fn in_place(payload: &[u8]) -> Option<Self> {
        let mut bytes = [0; IN_PLACE];
        bytes.get_mut(..payload.len())?.copy_from_slice(payload);
        let length = payload.len() as u8;
        Some(Self(Kept::InPlace { length, bytes }))
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Kept::InPlace { length, bytes } => {
                bytes.get(..usize::from(*length)).unwrap_or_default()
            }
            Kept::Shared(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for Payload {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self::from(Bytes::new())
    }
}

impl<T: AsRef<[u8]> + ?Sized> PartialEq<T> for Payload {
    fn eq(&self, other: &T) -> bool {
        **self == *other.as_ref()
    }
}

impl Eq for Payload {}

/// Shows them as a byte string.
impl fmt::Debug for Payload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "b\"{}\"", self.escape_ascii())
    }
}

/// Takes the bytes over as they are.
impl From<Bytes> for Payload {
    fn from(payload: Bytes) -> Self {
        Self(Kept::Shared(payload))
    }
}

impl From<Vec<u8>> for Payload {
    fn from(payload: Vec<u8>) -> Self {
        Self::in_place(&payload).unwrap_or_else(|| Bytes::from(payload).into())
    }
}

impl From<&[u8]> for Payload {
    fn from(payload: &[u8]) -> Self {
        Self::in_place(payload).unwrap_or_else(|| Bytes::copy_from_slice(payload).into())
    }
}

impl<const N: usize> From<&[u8; N]> for Payload {
    fn from(payload: &[u8; N]) -> Self {
        Self::from(payload.as_slice())
    }
}

impl From<String> for Payload {
    fn from(payload: String) -> Self {
        Self::from(payload.into_bytes())
    }
}

impl From<&str> for Payload {
    fn from(payload: &str) -> Self {
        Self::from(payload.as_bytes())
    }
}

impl From<Payload> for Bytes {
    fn from(payload: Payload) -> Self {
        match payload.0 {
            Kept::InPlace { .. } => Self::copy_from_slice(&payload),
            Kept::Shared(bytes) => bytes,
        }
    }
}

impl From<Payload> for Vec<u8> {
    fn from(payload: Payload) -> Self {
        match payload.0 {
            Kept::InPlace { .. } => payload.to_vec(),
            Kept::Shared(bytes) => bytes.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_of_all_lengths_around_the_border_are_what_they_were_made_of() {
        for length in 0..=2 * IN_PLACE {
            let bytes: Vec<u8> = (0..length as u8).collect();
            let payloads = [
                Payload::from(bytes.as_slice()),
                Payload::from(bytes.clone()),
                Payload::from(Bytes::from(bytes.clone())),
            ];
            for payload in payloads {
                assert_eq!(payload, bytes);
                assert_eq!(Bytes::from(payload.clone()), bytes);
                assert_eq!(Vec::from(payload), bytes);
            }
        }
    }

    #[test]
    fn a_payload_is_no_longer_than_five_words() {
        assert_eq!(size_of::<Payload>(), 5 * size_of::<usize>());
    }
}
