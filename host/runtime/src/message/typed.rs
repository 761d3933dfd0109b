//! The typed view of a payload: serde types in postcard, the format that the guest SDK speaks.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that postcard cannot write, such as a sequence of unknown length.
#[derive(Debug, thiserror::Error)]
#[error("cannot encode {type_name} as a message: {source}")]
pub struct EncodeError {
    /// The Rust type of the value.
    pub type_name: &'static str,
    /// What postcard says.
    #[source]
    pub source: postcard::Error,
}

/// A payload that is not the type the receiver expects.
#[derive(Debug, thiserror::Error)]
#[error(
    "a payload of {length} bytes is not a {type_name}: {reason} (do both sides declare the same type?)"
)]
pub struct DecodeError {
    /// The Rust type that was expected.
    pub type_name: &'static str,
    /// How long the payload is, in bytes.
    pub length: usize,
    /// What does not fit.
    pub reason: String,
}

/// Writes `value` as postcard.
///
/// # Errors
/// Where postcard cannot represent the value.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Bytes, EncodeError> {
    postcard::to_allocvec(value)
        .map(Bytes::from)
        .map_err(|source| EncodeError {
            type_name: std::any::type_name::<T>(),
            source,
        })
}

/// Reads a postcard payload. All of it must be the value: bytes left over are an error, since they
/// mean that the two sides disagree about the type.
///
/// # Errors
/// Where the payload is not exactly one `T`.
pub fn decode<T: DeserializeOwned>(payload: &[u8]) -> Result<T, DecodeError> {
    let error = |reason| DecodeError {
        type_name: std::any::type_name::<T>(),
        length: payload.len(),
        reason,
    };
    match postcard::take_from_bytes(payload) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(error(format!("{} bytes are left over", rest.len()))),
        Err(source) => Err(error(source.to_string())),
    }
}
