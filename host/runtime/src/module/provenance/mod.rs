//! Which components a runtime accepts, by their bytes alone.

mod public_key;
mod refusal;

use super::source::signature_path;
use super::{Digest, LoadError, Source};
use crate::error::InvalidOptionError;
use minisign_verify::Signature;
use serde::{Deserialize, Serialize};

pub use public_key::{InvalidPublicKeyError, PublicKey};
pub use refusal::{ProvenanceError, SignatureFault};

/// Which components a runtime accepts. It is checked whenever one is loaded, on the very bytes
/// that are compiled, before they are looked into. By default everything is accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provenance {
    /// What a component must have.
    pub require: Requirement,
    /// The components that are accepted by their SHA-256.
    pub pinned: Vec<Digest>,
    /// Whose signatures are accepted: minisign's public keys.
    pub public_keys: Vec<PublicKey>,
}

/// What a component must have to be accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Requirement {
    /// Either will do: it is pinned, or signed with one of the keys. Where neither digests nor keys
    /// are given, everything is accepted.
    #[default]
    Any,
    /// It is pinned; signatures do not count.
    Pinned,
    /// It is signed with one of the keys; that it is pinned does not count.
    Signed,
}

impl Provenance {
    /// # Errors
    /// If nothing could ever be accepted.
    pub(crate) fn check_policy(&self) -> Result<(), InvalidOptionError> {
        let (value, reason) = match self.require {
            Requirement::Pinned if self.pinned.is_empty() => (
                "pinned",
                "no digest is pinned, so nothing could be launched; pin some",
            ),
            Requirement::Signed if self.public_keys.is_empty() => (
                "signed",
                "there is no public key, so nothing could be launched; give one",
            ),
            _ => return Ok(()),
        };
        Err(InvalidOptionError {
            option: "require",
            value: value.to_owned(),
            reason,
        })
    }

    /// Whether pins count, and whether signatures do.
    fn counts(&self) -> (bool, bool) {
        match self.require {
            Requirement::Any => (!self.pinned.is_empty(), !self.public_keys.is_empty()),
            Requirement::Pinned => (true, false),
            Requirement::Signed => (false, true),
        }
    }

    /// Whether whatever has this digest is accepted, signed or not.
    pub(super) fn accepts(&self, digest: &Digest) -> bool {
        let (pins, keys) = self.counts();
        (!pins && !keys) || (pins && self.pinned.contains(digest))
    }

    /// Accepts the bytes of a source, or says why not. It may wait for a disk.
    pub(super) fn check(
        &self,
        source: &Source,
        bytes: &[u8],
        digest: &Digest,
    ) -> Result<(), LoadError> {
        if self.accepts(digest) {
            return Ok(());
        }
        let (pins, keys) = self.counts();
        let fault = if keys {
            match self.check_signature(source, bytes)? {
                Ok(()) => return Ok(()),
                Err(fault) => Some(fault),
            }
        } else {
            None
        };
        let key_ids = || self.public_keys.iter().map(PublicKey::id).collect();
        Err(LoadError::Provenance(ProvenanceError {
            digest: *digest,
            pinned: pins.then(|| self.pinned.clone()),
            key_ids: keys.then(key_ids),
            fault,
        }))
    }

    /// The inner result is what comes of the signature; the outer one fails where it cannot be read.
    fn check_signature(
        &self,
        source: &Source,
        bytes: &[u8],
    ) -> Result<Result<(), SignatureFault>, LoadError> {
        let Some(text) = source.signature()? else {
            let expected = match source {
                Source::Path(path) => Some(signature_path(path)),
                _ => None,
            };
            return Ok(Err(SignatureFault::Missing { expected }));
        };
        Ok(self.verify(&text, bytes))
    }

    fn verify(&self, text: &str, bytes: &[u8]) -> Result<(), SignatureFault> {
        let malformed = |error: minisign_verify::Error| SignatureFault::Malformed {
            reason: error.to_string(),
        };
        let signature = Signature::decode(text).map_err(malformed)?;
        let key_id = public_key::key_id(text).unwrap_or_default();
        let mut fault = SignatureFault::OtherKey {
            key_id: key_id.clone(),
        };
        // Several keys can have one id: whoever makes a key can choose it.
        for key in &self.public_keys {
            match key.verify(bytes, &signature) {
                Ok(()) => return Ok(()),
                Err(minisign_verify::Error::UnexpectedKeyId) => {}
                Err(minisign_verify::Error::UnexpectedAlgorithm) => {
                    fault = SignatureFault::Legacy {
                        key_id: key_id.clone(),
                    };
                }
                Err(_) => {
                    fault = SignatureFault::Invalid {
                        key_id: key_id.clone(),
                    };
                }
            }
        }
        Err(fault)
    }
}
