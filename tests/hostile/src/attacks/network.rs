//! Attacks by a granted address: nobody listens there.

use crate::Promise::{Contained, Returned, Trapped};
use crate::text::endless;
use crate::{Attack, Promise};
use ringhost::Grants;
use ringhost_tests::{component_from_core, core_kernel};

/// What a kernel does with sockets.
const SOCKETS: &str = r#"
    (import "wasi:sockets/instance-network@0.2.0" "instance-network" (func $a_network (result i32)))
    (import "wasi:sockets/ip-name-lookup@0.2.0" "resolve-addresses"
        (func $resolve (param i32 i32 i32 i32)))
    (import "wasi:sockets/ip-name-lookup@0.2.0" "[resource-drop]resolve-address-stream"
        (func $end_answers (param i32)))
    (import "wasi:sockets/tcp-create-socket@0.2.0" "create-tcp-socket" (func $tcp (param i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[resource-drop]tcp-socket" (func $close (param i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.start-connect"
        (func $start (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.finish-connect"
        (func $finish (param i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.subscribe"
        (func $subscribe (param i32) (result i32)))
    (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
    (import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $end_wait (param i32)))
    (global $network (mut i32) (i32.const 0))
    ;; Connects to a port of 127.0.0.1 and waits for what comes of it: 0, or the error.
    (func $connect (param $port i32) (result i32) (local $socket i32) (local $wait i32)
        (call $tcp (i32.const 0) (i32.const 512))
        (local.set $socket (i32.load (i32.const 516)))
        (call $start (local.get $socket) (global.get $network) (i32.const 0) (local.get $port)
            (i32.const 127) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 512))
        (local.set $wait (call $subscribe (local.get $socket)))
        (call $block (local.get $wait))
        (call $end_wait (local.get $wait))
        (call $finish (local.get $socket) (i32.const 512))
        (call $close (local.get $socket))
        (if (result i32) (i32.load8_u (i32.const 512))
            (then (i32.load8_u (i32.const 516)))
            (else (i32.const 0))))
    (data (i32.const 1024) "localhost")
    (data (i32.const 1040) "example.org")"#;

fn kernel(run: &str) -> Vec<u8> {
    let run = format!("(local $port i32) (global.set $network (call $a_network)) {run}");
    component_from_core(&core_kernel(64, SOCKETS, &run))
}

/// Resolves a name of this place and length, which leaves its answers at 516 if there are any.
fn resolve(name: u32, length: u32) -> String {
    format!(
        "(call $resolve (global.get $network) (i32.const {name}) (i32.const {length})
            (i32.const 512))"
    )
}

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "every port",
            "connects to each port but the one that is granted, and panics unless it is denied",
            Returned,
            kernel(
                "(loop $more
                    (local.set $port (i32.add (local.get $port) (i32.const 1)))
                    (if (i32.ne (local.get $port) (i32.const 9)) (then
                        (if (i32.ne (call $connect (local.get $port)) (i32.const 1))
                            (then unreachable))))
                    (br_if $more (i32.lt_u (local.get $port) (i32.const 65535))))
                (i32.const 0)",
            ),
        ),
        attack(
            "a million refusals",
            "connects to where it may not, as often as it can",
            Contained,
            kernel(&endless("(drop (call $connect (i32.const 10)))")),
        ),
        attack(
            "nobody there",
            "connects to where it may and nobody listens, as often as it can",
            Contained,
            kernel(&endless("(drop (call $connect (i32.const 9)))")),
        ),
        attack(
            "sockets without end",
            "makes sockets and closes none",
            Trapped("resource table has no free keys"),
            kernel(&endless("(call $tcp (i32.const 0) (i32.const 512))")),
        ),
        attack(
            "names by the million",
            "asks for a name that it is not granted, as often as it can",
            Contained,
            kernel(&endless(&resolve(1040, 11))),
        ),
        attack(
            "a name of 1 MiB",
            "asks for a name of 1 MiB, as often as it can",
            Contained,
            kernel(&format!(
                "(memory.fill (i32.const 1048576) (i32.const 0x61) (i32.const 1048576)) {}",
                endless(&resolve(1 << 20, 1 << 20))
            )),
        ),
        attack(
            "answers without end",
            "asks for a name that it is granted, and lets go of no answer",
            Trapped("resource table has no free keys"),
            kernel(&endless(&resolve(1024, 9))),
        ),
        attack(
            "answers by the million",
            "asks for a name that it is granted and lets go of the answer, as often as it can",
            Contained,
            kernel(&endless(&format!(
                "{} (call $end_answers (i32.load (i32.const 516)))",
                resolve(1024, 9)
            ))),
        ),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("network", name, description, promise, component).granted(Grants {
        network: vec!["127.0.0.1:9".to_owned(), "localhost:9".to_owned()],
        ..Grants::default()
    })
}
