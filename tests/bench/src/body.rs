//! What the messages are made of.

use anyhow::{Result, ensure};

/// A message's bytes. Its number is in the first eight, so that it can be told whether the right
/// one came back.
pub trait Body: AsRef<[u8]> + Send + 'static {
    /// A new message of so many bytes, 8 at least.
    fn new(number: u64, size: usize) -> Self;
}

impl Body for Vec<u8> {
    fn new(number: u64, size: usize) -> Self {
        let mut bytes = vec![0; size];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        bytes
    }
}

impl Body for [u8; 16] {
    fn new(number: u64, size: usize) -> Self {
        assert_eq!(size, 16, "this message has 16 bytes");
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        bytes
    }
}

/// Checks that this is the message of this number and size.
///
/// # Errors
/// If it is another.
pub fn check(bytes: &[u8], number: u64, size: usize) -> Result<()> {
    let found = bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    ensure!(
        found == Some(number) && bytes.len() == size,
        "message {number} of {size} bytes came back as {found:?} of {}",
        bytes.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_number_and_its_size() {
        let body = <Vec<u8> as Body>::new(7, 100);
        assert!(check(&body, 7, 100).is_ok());
        assert!(check(&body, 8, 100).is_err());
        assert!(check(&body, 7, 101).is_err());
        assert!(check(&body[..4], 7, 4).is_err());
        assert!(check(&<[u8; 16] as Body>::new(7, 16), 7, 16).is_ok());
    }
}
