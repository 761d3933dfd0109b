//! `wasi:sockets`: connecting by TCP to what is granted, and nothing else.

use crate::imports::Host;
use crate::sandbox::Addresses;
use std::sync::Arc;
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p2::TcpSocket;
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpSocketAddress};
use wasmtime_wasi::sockets::SocketAddrUse;

/// Allows connections to these addresses.
pub(super) fn open(builder: &mut WasiCtxBuilder, granted: Option<&Arc<Addresses>>) {
    // Of names it is told in `lookup`.
    builder.allow_udp(false).allow_ip_name_lookup(false);
    let Some(granted) = granted.cloned() else {
        builder.allow_tcp(false);
        return;
    };
    builder
        .allow_tcp(true)
        .socket_addr_check(move |address, purpose| {
            let allowed = match purpose {
                SocketAddrUse::TcpConnect => granted.allows(address),
                // Asked before each connection, for the local address that the system will choose.
                SocketAddrUse::TcpBind => address.ip().is_unspecified() && address.port() == 0,
                _ => false,
            };
            Box::pin(async move { allowed })
        });
}

/// Replaces what would tell a kernel the host's own address.
pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap(
        "[method]tcp-socket.local-address",
        |_: StoreContextMut<'_, Host>, (_,): (Resource<TcpSocket>,)| {
            Ok((Err::<IpSocketAddress, _>(ErrorCode::AccessDenied),))
        },
    )
}

/// Whether connections can be made in the tokio runtime that polls this.
pub(crate) fn can_connect() -> bool {
    // There is no other way to ask: without I/O, tokio panics when it is first used.
    #[cfg(unix)]
    return std::panic::catch_unwind(tokio::net::UnixStream::pair).is_ok();
    #[cfg(not(unix))]
    return true;
}
