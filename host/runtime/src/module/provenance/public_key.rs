//! Minisign's public keys.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use minisign_verify::Signature;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A minisign public key: whose signatures are accepted.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: minisign_verify::PublicKey,
    /// As minisign writes it, on one line.
    text: String,
    id: String,
}

/// A text is no public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no minisign public key: {reason}; give the text of the file that `minisign -G` wrote (minisign.pub), or its last line, which begins with RW"
)]
pub struct InvalidPublicKeyError {
    /// What is wrong with it.
    pub reason: String,
}

impl PublicKey {
    /// Its id, as minisign prints it: 16 hexadecimal digits. It helps to find a key, and proves
    /// nothing.
    pub fn id(&self) -> String {
        self.id.clone()
    }

    /// Signatures of minisign's older kind, over the bytes themselves and not their hash, are
    /// refused, as minisign does by default.
    pub(super) fn verify(
        &self,
        bytes: &[u8],
        signature: &Signature,
    ) -> Result<(), minisign_verify::Error> {
        self.key.verify(bytes, signature, false)
    }
}

impl FromStr for PublicKey {
    type Err = InvalidPublicKeyError;

    /// Reads the text of a key's file, or the key's line alone.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut lines = text.lines().map(str::trim).filter(|line| {
            // What minisign writes above the key.
            !line.is_empty() && !line.starts_with("untrusted comment:")
        });
        let invalid = |reason: &str| InvalidPublicKeyError {
            reason: reason.to_owned(),
        };
        let line = lines.next().ok_or_else(|| invalid("it is empty"))?;
        if lines.next().is_some() {
            return Err(invalid("it has more than one line"));
        }
        let key = minisign_verify::PublicKey::from_base64(line)
            .map_err(|error| invalid(&error.to_string()))?;
        Ok(Self {
            key,
            id: line_key_id(line).ok_or_else(|| invalid("it has no id"))?,
            text: line.to_owned(),
        })
    }
}

/// The id of the key that a signature says it was made with.
pub(super) fn key_id(signature: &str) -> Option<String> {
    line_key_id(signature.lines().nth(1)?)
}

/// Keys and signatures begin with two bytes for the algorithm and eight for the key's id.
fn line_key_id(line: &str) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(line).ok()?;
    let id: [u8; 8] = bytes.get(2..10)?.try_into().ok()?;
    Some(format!("{:016X}", u64::from_le_bytes(id)))
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "minisign:{}", self.id)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example key of minisign's own documentation.
    const LINE: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    #[test]
    fn a_key_is_read_from_its_line_and_from_its_file() {
        let line: PublicKey = LINE.parse().unwrap();
        let file = format!("untrusted comment: minisign public key E7620F1842B4E81F\n{LINE}\n");
        assert_eq!(file.parse(), Ok(line.clone()));
        assert_eq!(line.id(), "E7620F1842B4E81F");
        let json = serde_json::to_string(&line).unwrap();
        assert_eq!(json, format!("{LINE:?}"));
        assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), line);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let twice = format!("{LINE}\n{LINE}");
        for text in ["", "untrusted comment: x", "RWQ", &LINE[1..], &twice] {
            let error = text.parse::<PublicKey>().unwrap_err();
            assert!(error.to_string().contains("minisign.pub"), "{error}");
        }
    }
}
