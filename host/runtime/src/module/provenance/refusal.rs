//! Why a policy refuses a component.

use super::Digest;
use std::fmt;
use std::path::PathBuf;

/// Digests and keys that an error names, at most.
const NAMED: usize = 8;

/// The policy does not accept the component. Nothing of it has been looked at but its bytes as a
/// whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ProvenanceError {
    /// The component's SHA-256.
    pub digest: Digest,
    /// The digests that would be accepted, where pinning counts.
    pub pinned: Option<Vec<Digest>>,
    /// The ids of the keys whose signature would be accepted, where signatures count.
    pub key_ids: Option<Vec<String>>,
    /// What is wrong with its signature, where signatures count.
    pub fault: Option<SignatureFault>,
}

/// What is wrong with a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// There is none.
    #[error("it has no signature{}", place(.expected.as_ref()))]
    Missing {
        /// The file in which it was looked for.
        expected: Option<PathBuf>,
    },
    /// It is no minisign signature.
    #[error("its signature is malformed ({reason})")]
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// It was made with a key that is not trusted here.
    #[error("its signature is by the key {key_id}, which is not trusted here")]
    OtherKey {
        /// The key's id.
        key_id: String,
    },
    /// It is of minisign's older kind.
    #[error(
        "its signature by the key {key_id} is of minisign's older kind; sign it anew, without -l"
    )]
    Legacy {
        /// The key's id.
        key_id: String,
    },
    /// It is not for these bytes.
    #[error(
        "its signature by the key {key_id} is not for these bytes: they were changed, or it is another file's"
    )]
    Invalid {
        /// The key's id.
        key_id: String,
    },
}

fn place(expected: Option<&PathBuf>) -> String {
    expected
        .map(|path| format!(" ({} is missing)", path.display()))
        .unwrap_or_default()
}

impl fmt::Display for ProvenanceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { digest, pinned, .. } = self;
        write!(formatter, "the component sha256:{digest} is refused:")?;
        if pinned.is_some() {
            write!(formatter, " it is not pinned")?;
        }
        if let Some(fault) = &self.fault {
            let and = if pinned.is_some() { ", and" } else { "" };
            write!(formatter, "{and} {fault}")?;
        }
        write!(formatter, "; accepted is")?;
        if let Some(pinned) = pinned {
            let digests: Vec<_> = pinned.iter().map(Digest::to_string).collect();
            write!(formatter, " what has the digest {}", named(&digests))?;
        }
        if let Some(key_ids) = &self.key_ids {
            let or = if pinned.is_some() { ", or" } else { "" };
            write!(
                formatter,
                "{or} what is signed with the key {}",
                named(key_ids)
            )?;
        }
        Ok(())
    }
}

fn named(all: &[String]) -> String {
    let mut text: Vec<_> = all.iter().take(NAMED).map(String::as_str).collect();
    let more = all.len().saturating_sub(NAMED);
    let rest = format!("{more} more");
    if more > 0 {
        text.push(&rest);
    }
    text.join(" or ")
}
