//! What a message is to a kernel: a type with a declared shape, or plain bytes.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::str::Utf8Error;

use postcard_schema::Schema;
use postcard_schema::schema::NamedType;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{DecodeError, EncodeError};

/// What a [`Context`](crate::Context) can receive or send: [`Raw`] bytes, or any type that
/// `#[message]` declares. Such a type travels as [postcard](https://postcard.jamesmunns.com/wire-format).
///
/// The types of the standard library that have a postcard schema (numbers, `String`, `Vec`,
/// `Option`, tuples, maps, ..) are messages as they are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    label = "not a message",
    note = "write `#[message]` above the type, or use `Raw` for plain bytes"
)]
pub trait Message: Sized {
    /// The declared shape. `None`: plain bytes.
    #[doc(hidden)]
    const SCHEMA: Option<&'static NamedType>;

    /// The bytes that are sent.
    ///
    /// # Errors
    /// Where a hand-written `Serialize` refuses.
    fn encode(&self) -> Result<Cow<'_, [u8]>, EncodeError>;

    /// The bytes that are sent, where the message is bytes.
    #[doc(hidden)]
    fn as_bytes(&self) -> Option<&[u8]> {
        None
    }

    /// Puts the bytes that are sent behind what is there. After an error some of them may be there.
    #[doc(hidden)]
    fn append_to(&self, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        bytes.extend_from_slice(&self.encode()?);
        Ok(())
    }

    /// The bytes that are sent, of a message that is not needed any more.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    fn into_payload(self) -> Result<Vec<u8>, EncodeError> {
        Ok(self.encode()?.into_owned())
    }

    /// The message that these bytes are.
    ///
    /// # Errors
    /// Where the bytes are not exactly one message of this type.
    fn decode(payload: Cow<'_, [u8]>) -> Result<Self, DecodeError>;
}

// Whoever lacks the traits is told of `#[message]`, not of them.
#[diagnostic::do_not_recommend]
impl<T: Schema + Serialize + DeserializeOwned> Message for T {
    const SCHEMA: Option<&'static NamedType> = Some(T::SCHEMA);

    fn encode(&self) -> Result<Cow<'_, [u8]>, EncodeError> {
        match postcard::to_allocvec(self) {
            Ok(payload) => Ok(Cow::Owned(payload)),
            Err(error) => Err(EncodeError(error.to_string())),
        }
    }

    fn append_to(&self, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        match postcard::to_extend(self, Behind(bytes)) {
            Ok(_) => Ok(()),
            Err(error) => Err(EncodeError(error.to_string())),
        }
    }

    fn decode(payload: Cow<'_, [u8]>) -> Result<Self, DecodeError> {
        decode(payload)
    }
}

/// Puts what is encoded behind what is there.
struct Behind<'a>(&'a mut Vec<u8>);

impl Extend<u8> for Behind<'_> {
    fn extend<Bytes: IntoIterator<Item = u8>>(&mut self, bytes: Bytes) {
        self.0.extend(bytes);
    }
}

/// What these bytes are, all of them.
pub(crate) fn decode<T: DeserializeOwned>(payload: Cow<'_, [u8]>) -> Result<T, DecodeError> {
    let reason = match postcard::take_from_bytes(&payload) {
        Ok((decoded, [])) => return Ok(decoded),
        Ok((_, rest)) => format!("{} bytes are left over", rest.len()),
        Err(error) => error.to_string(),
    };
    let payload = payload.into_owned();
    Err(DecodeError { payload, reason })
}

/// A message of plain bytes, of no declared type: text, an image, another program's format.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Raw(pub Vec<u8>);

impl Raw {
    /// The bytes as text.
    ///
    /// # Errors
    /// Where they are not UTF-8.
    pub fn text(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(&self.0)
    }
}

impl Message for Raw {
    const SCHEMA: Option<&'static NamedType> = None;

    fn encode(&self) -> Result<Cow<'_, [u8]>, EncodeError> {
        Ok(Cow::Borrowed(&self.0))
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        Some(&self.0)
    }

    fn into_payload(self) -> Result<Vec<u8>, EncodeError> {
        Ok(self.0)
    }

    fn decode(payload: Cow<'_, [u8]>) -> Result<Self, DecodeError> {
        Ok(Self(payload.into_owned()))
    }
}

/// Shows text as text and anything else as a list of bytes.
impl fmt::Debug for Raw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Ok(text) => write!(formatter, "Raw({text:?})"),
            Err(_) => write!(formatter, "Raw({:?})", self.0),
        }
    }
}

impl Deref for Raw {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Raw {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Raw {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<String> for Raw {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl From<&str> for Raw {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}
