//! What there is to grant, and what wants it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that a kernel can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Grant {
    /// The contract's log.
    Log,
    /// The clocks.
    Clocks,
    /// Random bytes.
    Random,
    /// Variables of the environment.
    Environment,
    /// Folders.
    Folders,
    /// Outgoing connections by TCP.
    Network,
    /// Data-parallel work on the host's devices.
    Compute,
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Log => "log",
            Self::Clocks => "clocks",
            Self::Random => "random",
            Self::Environment => "environment",
            Self::Folders => "folders",
            Self::Network => "network",
            Self::Compute => "compute",
        })
    }
}

impl Grant {
    /// What gives this import, if it takes a grant.
    pub(super) fn of(import: &str) -> Option<Self> {
        let interface = import.split('@').next().unwrap_or(import);
        match interface {
            "ring:kernel/log" => return Some(Self::Log),
            "ring:kernel/compute" => return Some(Self::Compute),
            "wasi:cli/environment" => return Some(Self::Environment),
            _ => {}
        }
        match interface.split('/').next() {
            Some("wasi:clocks") => Some(Self::Clocks),
            Some("wasi:random") => Some(Self::Random),
            Some("wasi:filesystem") => Some(Self::Folders),
            Some("wasi:sockets") => Some(Self::Network),
            // What is left gives nothing: streams, which are of something; standard output, which
            // is the log; an input that is closed; the kernel's own end.
            _ => None,
        }
    }

    /// What programs in other languages than WebAssembly call, so that their components import this.
    pub fn causes(self) -> &'static str {
        match self {
            Self::Log => "a log's lines and an SDK's prints",
            Self::Clocks => {
                "C's time and sleep, JavaScript's Date, Python's time or Rust's Instant"
            }
            Self::Random => {
                "C's getentropy, JavaScript's Math.random, Python's random or Rust's HashMap"
            }
            Self::Environment => "C's getenv, Go's os.Getenv, Python's os.environ or Rust's env",
            Self::Folders => "C's fopen and printf, Go's os.Open, Python's open or Rust's fs",
            Self::Network => "C's connect, Python's socket or Rust's TcpStream",
            Self::Compute => "launches of compute functions",
        }
    }

    /// The line under `[grants]` in a manifest that grants it, with an example where it has to name
    /// something.
    pub fn line(self) -> &'static str {
        match self {
            Self::Log => "log = true",
            Self::Clocks => "clocks = true",
            Self::Random => r#"random = "system""#,
            Self::Environment => r#"environment = ["LANG"]"#,
            Self::Folders => {
                r#"folders = [{ host = "/srv/data", guest = "/data", access = "read" }]"#
            }
            Self::Network => r#"network = ["example.org:443"]"#,
            Self::Compute => "compute = {}",
        }
    }
}
