//! What a kernel may connect to. Names are looked up before it runs, and it is told those answers:
//! what it asks for reaches no name server, and no server can send it elsewhere later.

use super::GrantError;
use crate::error::InvalidOptionError;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;
use url::Host;

/// How long names may take to be looked up, all together.
const LOOKUP_TIME: Duration = Duration::from_secs(5);

/// The longest name of a host, as the name system has it.
const MOST_NAME_BYTES: usize = 253;

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    host: Host,
    port: u16,
}

/// Why a name has no addresses for the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unresolved {
    /// It is no name of a host.
    NoName,
    /// It is not granted.
    NotGranted,
}

/// The addresses that are granted, by name and all together.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    names: BTreeMap<String, Vec<IpAddr>>,
    endpoints: BTreeSet<(IpAddr, u16)>,
}

impl Endpoint {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidOptionError> {
        let parts = || {
            let (host, port) = text.rsplit_once(':')?;
            // Outside of brackets an IPv6 address cannot be told from its port.
            let host = host_of(host)
                .filter(|parsed| !matches!(parsed, Host::Ipv6(_)) || host.starts_with('['))?;
            let port = port.parse().ok().filter(|&port| port != 0)?;
            Some(Self { host, port })
        };
        parts().ok_or_else(|| InvalidOptionError {
            option: "grants.network",
            value: format!("{text:?}"),
            reason: "it is host:port, such as \"example.org:443\", \"127.0.0.1:5000\" or \
                     \"[::1]:8080\"",
        })
    }
}

impl Addresses {
    /// Looks up what has a name: each name once, whatever ports are granted of it.
    pub(super) async fn look_up(endpoints: Vec<Endpoint>) -> Result<Self, GrantError> {
        let deadline = tokio::time::Instant::now() + LOOKUP_TIME;
        let mut addresses = Self::default();
        let mut named: BTreeMap<String, Vec<u16>> = BTreeMap::new();
        for Endpoint { host, port } in endpoints {
            match host {
                Host::Ipv4(address) => addresses.allow(address.into(), port),
                Host::Ipv6(address) => addresses.allow(address.into(), port),
                Host::Domain(name) => named.entry(name).or_default().push(port),
            }
        }
        let lookups: Vec<_> = named
            .into_iter()
            .map(|(name, ports)| {
                let asked = name.clone();
                (
                    name,
                    ports,
                    tokio::task::spawn_blocking(move || ask(&asked)),
                )
            })
            .collect();
        // All of them are under way; each is waited for until the same deadline.
        for (name, ports, lookup) in lookups {
            let not_found = |reason| GrantError::Name {
                name: name.clone(),
                reason,
            };
            let found = tokio::time::timeout_at(deadline, lookup)
                .await
                .map_err(|_| not_found(format!("no answer within {LOOKUP_TIME:?}")))?
                .map_err(|error| not_found(error.to_string()))?
                .map_err(|error| not_found(error.to_string()))?;
            for &address in &found {
                for &port in &ports {
                    addresses.allow(address, port);
                }
            }
            addresses.names.insert(name, found);
        }
        Ok(addresses)
    }

    fn allow(&mut self, address: IpAddr, port: u16) {
        self.endpoints.insert((address.to_canonical(), port));
    }

    /// Whether the kernel may connect to this address.
    pub(crate) fn allows(&self, address: SocketAddr) -> bool {
        let known = (address.ip().to_canonical(), address.port());
        self.endpoints.contains(&known)
    }

    /// The addresses that a name had at the launch. An address is its own.
    pub(crate) fn of(&self, name: &str) -> Result<Vec<IpAddr>, Unresolved> {
        match host_of(name).ok_or(Unresolved::NoName)? {
            Host::Ipv4(address) => Ok(vec![address.into()]),
            Host::Ipv6(address) => Ok(vec![address.into()]),
            Host::Domain(name) => self.names.get(&name).cloned().ok_or(Unresolved::NotGranted),
        }
    }
}

/// A host as it is compared: in lower case, without the dot of the root, an international name as
/// the name system has it.
fn host_of(text: &str) -> Option<Host> {
    if text.len() > MOST_NAME_BYTES {
        return None;
    }
    if let Ok(address) = text.parse() {
        return Some(Host::Ipv6(address));
    }
    let text = text.strip_suffix('.').unwrap_or(text);
    Host::parse(text).ok().filter(|host| match host {
        // Addresses for the web may have more in them, which no name of a host has.
        Host::Domain(name) => name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')),
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    })
}

/// Asks the system for a name's addresses. Blocks.
fn ask(name: &str) -> std::io::Result<Vec<IpAddr>> {
    // The port does not matter; it is what the function wants.
    let found = (name, 0).to_socket_addrs()?;
    let found: BTreeSet<_> = found.map(|address| address.ip().to_canonical()).collect();
    Ok(found.into_iter().collect())
}
