//! Connections that a kernel is granted: by TCP, to what is named, and to nothing else.

use crate::grants::run;
use ringhost::{Error, GrantError, Grants, LaunchOptions};
use ringhost_tests::{SCRATCH, Steps, kernel, runtime};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;

const IMPORTS: &str = r#"
    (import "wasi:sockets/instance-network@0.2.0" "instance-network"
        (func $network (result i32)))
    (import "wasi:sockets/ip-name-lookup@0.2.0" "resolve-addresses"
        (func $resolve (param i32 i32 i32 i32)))
    (import "wasi:sockets/ip-name-lookup@0.2.0"
        "[method]resolve-address-stream.resolve-next-address" (func $next (param i32 i32)))
    (import "wasi:sockets/tcp-create-socket@0.2.0" "create-tcp-socket"
        (func $tcp (param i32 i32)))
    (import "wasi:sockets/udp-create-socket@0.2.0" "create-udp-socket"
        (func $udp (param i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.start-bind"
        (func $bind (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.finish-bind"
        (func $finish_bind (param i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.start-connect"
        (func $connect (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.finish-connect"
        (func $finish_connect (param i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.start-listen"
        (func $listen (param i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.local-address"
        (func $local (param i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.subscribe"
        (func $subscribe (param i32) (result i32)))
    (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
    (import "wasi:io/streams@0.2.0" "[method]input-stream.blocking-read"
        (func $read (param i32 i64 i32)))
    (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
        (func $write (param i32 i32 i32 i32)))

    (global $socket (mut i32) (i32.const 0))
    (global $input (mut i32) (i32.const 0))
    (global $output (mut i32) (i32.const 0))

    ;; What the last call with a result at 512 came to: 0, or 1 more than the number of the error
    ;; that follows it after so many bytes.
    (func $result (param $after i32) (result i32)
        (if (result i32) (i32.eqz (i32.load8_u (i32.const 512)))
            (then (i32.const 0))
            (else (i32.add (i32.const 1)
                (i32.load8_u (i32.add (i32.const 512) (local.get $after)))))))

    ;; Makes a socket of this family.
    (func $make (param $family i32) (result i32)
        (call $tcp (local.get $family) (i32.const 512))
        (global.set $socket (i32.load (i32.const 516)))
        (call $result (i32.const 4)))

    ;; Connects it to an address: a family, a port, and 16-bit parts.
    (func $to (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (local $error i32)
        (if (local.get 0)
            (then (call $connect (global.get $socket) (call $network) (i32.const 1)
                (local.get 1) (i32.const 0) (local.get 2) (local.get 3) (local.get 4)
                (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9)
                (i32.const 0) (i32.const 512)))
            (else (call $connect (global.get $socket) (call $network) (i32.const 0)
                (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 0) (i32.const 512))))
        (local.set $error (call $result (i32.const 1)))
        (if (local.get $error) (then (return (local.get $error))))
        (call $block (call $subscribe (global.get $socket)))
        (call $finish_connect (global.get $socket) (i32.const 512))
        (global.set $input (i32.load (i32.const 516)))
        (global.set $output (i32.load (i32.const 520)))
        (call $result (i32.const 4)))"#;

/// What `$result` makes of the error "access-denied", and of "invalid-argument".
const DENIED: u32 = 2;
const INVALID: u32 = 4;

/// A listener that answers its first caller, with the words that it heard turned round.
fn listener(address: &str) -> Option<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(address).ok()?;
    let address = listener.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        let mut words = [0; 5];
        caller.read_exact(&mut words).unwrap();
        words.reverse();
        caller.write_all(&words).unwrap();
    });
    Some((address, answering))
}

fn grants(network: &[String]) -> Grants {
    Grants {
        network: network.to_vec(),
        ..Grants::default()
    }
}

/// Code that makes a socket and connects it.
fn connect(address: SocketAddr) -> String {
    let (family, mut parts) = match address {
        SocketAddr::V4(address) => {
            let parts = address.ip().octets().map(u16::from);
            (0, parts.to_vec())
        }
        SocketAddr::V6(address) => (1, address.ip().segments().to_vec()),
    };
    parts.resize(8, 0);
    let parts: String = parts
        .iter()
        .map(|part| format!("(i32.const {part})"))
        .collect();
    format!(
        "(block (result i32) (drop (call $make (i32.const {family})))
            (call $to (i32.const {family}) (i32.const {}) {parts}))",
        address.port()
    )
}

/// Says "words" over the connection and logs the answer.
fn converse(steps: &mut Steps) {
    let words = steps.text("words");
    steps
        .then(&format!(
            "(call $write (global.get $output) {words} (i32.const {SCRATCH}))"
        ))
        .log("said", "(call $result (i32.const 4))")
        .then(&format!(
            "(call $read (global.get $input) (i64.const 5) (i32.const {SCRATCH}))
            (call $log (i32.const 2) (i32.load offset=4 (i32.const {SCRATCH}))
                (i32.load offset=8 (i32.const {SCRATCH})))"
        ));
}

#[tokio::test]
async fn a_kernel_talks_to_the_address_that_it_is_granted_and_to_no_other() {
    let (address, answering) = listener("127.0.0.1:0").unwrap();
    // Another that listens and is not granted: the same port elsewhere, and the next port here.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let elsewhere = SocketAddr::new(Ipv4Addr::new(127, 0, 0, 2).into(), address.port());
    let mapped = SocketAddr::new(Ipv4Addr::LOCALHOST.to_ipv6_mapped().into(), address.port());
    let mut steps = Steps::default();
    steps
        .log("another port", &connect(other.local_addr().unwrap()))
        .log("another host", &connect(elsewhere))
        .log("the same by another name", &connect(mapped))
        .log("granted", &connect(address))
        .then(&format!(
            "(call $local (global.get $socket) (i32.const {SCRATCH}))"
        ))
        .log("own address", "(call $result (i32.const 4))");
    converse(&mut steps);
    let lines = run(steps.component(IMPORTS), grants(&[address.to_string()])).await;
    assert_eq!(
        lines,
        [
            format!("another port {DENIED}"),
            format!("another host {DENIED}"),
            // WASI has no such addresses.
            format!("the same by another name {INVALID}"),
            "granted 0".to_owned(),
            format!("own address {DENIED}"),
            "said 0".to_owned(),
            "sdrow".to_owned(),
        ]
    );
    answering.join().unwrap();
    other.set_nonblocking(true).unwrap();
    assert!(other.accept().is_err(), "somebody called");
}

#[tokio::test]
async fn an_address_may_be_written_in_any_of_its_forms() {
    let (address, answering) = listener("127.0.0.1:0").unwrap();
    let mapped = format!("[::ffff:127.0.0.1]:{}", address.port());
    let mut steps = Steps::default();
    steps.log("granted", &connect(address));
    converse(&mut steps);
    let lines = run(steps.component(IMPORTS), grants(&[mapped])).await;
    assert_eq!(lines, ["granted 0", "said 0", "sdrow"]);
    answering.join().unwrap();

    // A machine need not have version 6.
    if let Some((address, answering)) = listener("[::1]:0") {
        let mut steps = Steps::default();
        steps.log("granted", &connect(address));
        converse(&mut steps);
        let lines = run(steps.component(IMPORTS), grants(&[address.to_string()])).await;
        assert_eq!(lines, ["granted 0", "said 0", "sdrow"]);
        answering.join().unwrap();
    }
}

#[tokio::test]
async fn a_granted_name_is_answered_from_the_launch_and_no_other_is_asked_for() {
    let (address, answering) = listener("127.0.0.1:0").unwrap();
    let mut steps = Steps::default();
    for (step, name) in [
        ("granted", "localhost"),
        ("in capitals", "LOCALHOST."),
        ("an address", "192.0.2.1"),
        // No look-up of this would come back at once, if at all.
        ("not granted", "not-granted.invalid"),
        ("no name", "a b"),
        ("too long", &"a".repeat(300)),
    ] {
        let name = steps.text(name);
        steps
            .then(&format!(
                "(call $resolve (call $network) {name} (i32.const {SCRATCH}))"
            ))
            .log(step, "(call $result (i32.const 4))");
    }
    let localhost = steps.text("localhost");
    steps
        .then(&format!(
            "(call $resolve (call $network) {localhost} (i32.const {SCRATCH}))
            (call $next (i32.load offset=4 (i32.const {SCRATCH})) (i32.const {SCRATCH}))"
        ))
        .log("next", "(call $result (i32.const 2))")
        // Some address of version 4, which is the first if there are several.
        .log(
            "some",
            &format!("(i32.load8_u offset=2 (i32.const {SCRATCH}))"),
        )
        .log(
            "version",
            &format!("(i32.load8_u offset=4 (i32.const {SCRATCH}))"),
        )
        .log(
            "first part",
            &format!("(i32.load8_u offset=6 (i32.const {SCRATCH}))"),
        )
        .log("connected", &connect(address));
    converse(&mut steps);
    let granted = format!("localhost:{}", address.port());
    let lines = run(steps.component(IMPORTS), grants(&[granted])).await;
    assert_eq!(
        lines,
        [
            "granted 0".to_owned(),
            "in capitals 0".to_owned(),
            "an address 0".to_owned(),
            format!("not granted {DENIED}"),
            format!("no name {INVALID}"),
            format!("too long {INVALID}"),
            "next 0".to_owned(),
            "some 1".to_owned(),
            "version 0".to_owned(),
            "first part 127".to_owned(),
            "connected 0".to_owned(),
            "said 0".to_owned(),
            "sdrow".to_owned(),
        ]
    );
    answering.join().unwrap();
}

#[tokio::test]
async fn to_listen_and_datagrams_are_refused() {
    let zeros = "(i32.const 0)".repeat(10);
    let mut steps = Steps::default();
    steps
        .then(&format!("(call $udp (i32.const 0) (i32.const {SCRATCH}))"))
        .log("datagrams", "(call $result (i32.const 4))")
        .log("stream", "(call $make (i32.const 0))")
        .then(&format!(
            "(call $bind (global.get $socket) (call $network) (i32.const 0) (i32.const 4242)
                (i32.const 127) (i32.const 0) (i32.const 0) (i32.const 1) {}
                (i32.const {SCRATCH}))",
            "(i32.const 0)".repeat(6)
        ))
        .log("bind", "(call $result (i32.const 1))")
        .log("stream", "(call $make (i32.const 0))")
        .then(&format!(
            "(call $bind (global.get $socket) (call $network) (i32.const 0) (i32.const 0) {zeros}
                (i32.const {SCRATCH}))
            (call $finish_bind (global.get $socket) (i32.const {SCRATCH}))"
        ))
        .log("bind to any", "(call $result (i32.const 1))")
        .then(&format!(
            "(call $listen (global.get $socket) (i32.const {SCRATCH}))"
        ))
        .log("listen", "(call $result (i32.const 1))");
    let granted = grants(&["127.0.0.1:4242".to_owned()]);
    let lines = run(steps.component(IMPORTS), granted).await;
    let denied = |step: &str| format!("{step} {DENIED}");
    assert_eq!(
        lines[..3],
        [denied("datagrams"), "stream 0".into(), denied("bind")]
    );
    // What the system would do at each connection; nobody can come in by it.
    assert_eq!(lines[3..5], ["stream 0", "bind to any 0"]);
    assert_eq!(lines[5..], [denied("listen")]);
}

#[tokio::test]
async fn in_an_empty_world_there_is_nobody_to_talk_to() {
    let listening = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut steps = Steps::default();
    let name = steps.text("localhost");
    steps
        .log("stream", "(call $make (i32.const 0))")
        .then(&format!(
            "(call $resolve (call $network) {name} (i32.const {SCRATCH}))"
        ))
        .log("name", "(call $result (i32.const 4))");
    let empty = Grants {
        empty_world: true,
        ..Grants::default()
    };
    let lines = run(steps.component(IMPORTS), empty).await;
    assert_eq!(
        lines,
        [format!("stream {DENIED}"), format!("name {DENIED}")]
    );
    drop(listening);
}

#[tokio::test]
async fn a_name_that_is_not_found_is_refused_at_the_launch() {
    let options = LaunchOptions::default().grants(grants(&["nobody.invalid:80".to_owned()]));
    let error = runtime()
        .launch_with("refused", kernel("echo"), options)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Grant(GrantError::Name { name, .. }) if name == "nobody.invalid"),
        "{error}"
    );
}

#[test]
#[cfg(unix)]
fn where_no_connection_can_be_made_none_is_granted() {
    let without_io = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let error = without_io.block_on(async {
        let options = LaunchOptions::default().grants(grants(&["127.0.0.1:80".to_owned()]));
        runtime()
            .launch_with("refused", kernel("echo"), options)
            .await
            .unwrap_err()
    });
    assert!(
        matches!(error, Error::Grant(GrantError::NoNetwork)),
        "{error}"
    );
}
