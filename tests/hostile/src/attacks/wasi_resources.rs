//! Attacks by the resources of WASI 0.2: streams, pollables, sockets.

use crate::Promise::{Contained, Returned, Trapped};
use crate::text::{component, endless};
use crate::{Attack, Promise};
use ringhost::{Grants, Randomness};

/// A component that imports these instances and makes of them these core functions, each with a
/// name and a type, for a `run` with this body.
fn kernel(imports: &str, lowered: &str, functions: &[(&str, &str)], run: &str) -> Vec<u8> {
    let (mut imported, mut given) = (String::new(), String::new());
    for (name, kind) in functions {
        imported += &format!("(import \"host\" \"{name}\" (func ${name} {kind}))");
        given += &format!("(export \"{name}\" (func ${name}))");
    }
    component(&format!(
        r#"(component
            {imports}
            (core module $memory
                (memory (export "memory") 4)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
            (core instance $m (instantiate $memory))
            {lowered}
            (core module $module
                (import "memory" "memory" (memory 1))
                {imported}
                (func (export "run") (result i32) {run}))
            (core instance $kernel (instantiate $module
                (with "memory" (instance $m))
                (with "host" (instance {given}))))
            (func (export "run") (result (result (error string)))
                (canon lift (core func $kernel "run") (memory (core memory $m "memory")))))"#
    ))
}

const POLLABLES: &str = r#"
    (import "wasi:io/poll@0.2.0" (instance $poll
        (export "pollable" (type $pollable (sub resource)))
        (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
    (alias export $poll "pollable" (type $pollable))
    (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
        (alias outer 1 $pollable (type $outer))
        (export "pollable" (type $pollable (eq $outer)))
        (export "subscribe-duration"
            (func (param "when" u64) (result (own $pollable))))))"#;

const POLLING: &str = r#"
    (core func $subscribe (canon lower (func $clock "subscribe-duration")))
    (core func $drop (canon resource.drop $pollable))
    (core func $poll (canon lower (func $poll "poll")
        (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))"#;

const POLL_FUNCTIONS: [(&str, &str); 3] = [
    ("subscribe", "(param i64) (result i32)"),
    ("drop", "(param i32)"),
    ("poll", "(param i32 i32 i32)"),
];

const RANDOM: &str = r#"
    (import "wasi:random/random@0.2.0" (instance $random
        (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))"#;

const RANDOMLY: &str = r#"
    (core func $bytes (canon lower (func $random "get-random-bytes")
        (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))"#;

const SOCKETS: &str = r#"
    (import "wasi:sockets/network@0.2.0" (instance $network
        (type $errors (enum "unknown" "access-denied" "not-supported" "invalid-argument"
            "out-of-memory" "timeout" "concurrency-conflict" "not-in-progress" "would-block"
            "invalid-state" "new-socket-limit" "address-not-bindable" "address-in-use"
            "remote-unreachable" "connection-refused" "connection-reset" "connection-aborted"
            "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
            "permanent-resolver-failure"))
        (export "error-code" (type (eq $errors)))
        (type $families (enum "ipv4" "ipv6"))
        (export "ip-address-family" (type (eq $families)))))
    (alias export $network "error-code" (type $error-code))
    (alias export $network "ip-address-family" (type $family))
    (import "wasi:sockets/KIND@0.2.0" (instance $KIND
        (export "KIND-socket" (type (sub resource)))))
    (alias export $KIND "KIND-socket" (type $socket))
    (import "wasi:sockets/KIND-create-socket@0.2.0" (instance $create
        (alias outer 1 $socket (type $outer-socket))
        (export "KIND-socket" (type $socket (eq $outer-socket)))
        (alias outer 1 $error-code (type $outer-error))
        (export "error-code" (type $error (eq $outer-error)))
        (alias outer 1 $family (type $outer-family))
        (export "ip-address-family" (type $family (eq $outer-family)))
        (export "create-KIND-socket" (func (param "address-family" $family)
            (result (result (own $socket) (error $error)))))))"#;

const CREATING: &str = r#"
    (core func $create (canon lower (func $create "create-KIND-socket")
        (memory (core memory $m "memory"))))"#;

/// Panics unless a socket of either family is refused with "access denied".
fn socket(kind: &str) -> Vec<u8> {
    let refused = |family: u32| {
        format!(
            "(call $create (i32.const {family}) (i32.const 64))
            (if (i32.ne (i32.load8_u (i32.const 64)) (i32.const 1)) (then unreachable))
            (if (i32.ne (i32.load8_u (i32.const 68)) (i32.const 1)) (then unreachable))"
        )
    };
    kernel(
        &SOCKETS.replace("KIND", kind),
        &CREATING.replace("KIND", kind),
        &[("create", "(param i32 i32)")],
        &format!("{} {} (i32.const 0)", refused(0), refused(1)),
    )
}

/// Polls one clock, which never strikes, so many times at once, for ever.
fn often(times: u32) -> String {
    format!(
        "(local $clock i32) (local $at i32)
        (local.set $clock (call $subscribe (i64.const -1)))
        (loop $more
            (i32.store offset=1024 (local.get $at) (local.get $clock))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br_if $more (i32.lt_u (local.get $at) (i32.const {}))))
        {}",
        4 * times,
        endless(&format!(
            "(call $poll (i32.const 1024) (i32.const {times}) (i32.const 64))"
        ))
    )
}

pub(super) fn attacks() -> Vec<Attack> {
    let polling = |run: &str| kernel(POLLABLES, POLLING, &POLL_FUNCTIONS, run);
    let random = |run: &str| kernel(RANDOM, RANDOMLY, &[("bytes", "(param i64 i32)")], run);
    vec![
        attack(
            "pollables without end",
            "makes pollables and drops none",
            Trapped("resource table has no free keys"),
            polling(&endless("(drop (call $subscribe (i64.const -1)))")),
        ),
        attack(
            "pollables by the million",
            "makes a pollable and drops it, for ever",
            Contained,
            polling(&endless("(call $drop (call $subscribe (i64.const -1)))")),
        ),
        attack(
            "a pollable twice",
            "drops a pollable that it has dropped",
            Trapped("unknown handle index"),
            polling(
                "(local i32) (local.set 0 (call $subscribe (i64.const 1)))
                (call $drop (local.get 0)) (call $drop (local.get 0)) (i32.const 0)",
            ),
        ),
        attack(
            "a pollable of its own making",
            "polls a handle that it was never given",
            Trapped("unknown handle index"),
            polling(
                "(i32.store (i32.const 1024) (i32.const 7))
                (call $poll (i32.const 1024) (i32.const 1) (i32.const 64)) (i32.const 0)",
            ),
        ),
        attack(
            "poll nothing",
            "polls an empty list",
            Trapped("empty poll list"),
            polling("(call $poll (i32.const 1024) (i32.const 0) (i32.const 64)) (i32.const 0)"),
        ),
        attack(
            "one pollable a thousand times",
            "polls a list that names one far-off clock 1000 times, for ever",
            Contained,
            polling(&often(1000)),
        ),
        attack(
            "one pollable fifty thousand times",
            "polls a list that names one far-off clock more often than it may hold handles",
            Trapped("handle limit exceeded"),
            polling(&often(50_000)),
        ),
        attack(
            "all random bytes that there are",
            "asks for 2^64 - 1 random bytes",
            Trapped("exceeds limit 65536"),
            random("(call $bytes (i64.const -1) (i32.const 64)) (i32.const 0)"),
        ),
        attack(
            "the most random bytes",
            "asks for as many random bytes as one call gives, for ever",
            Contained,
            random(&endless("(call $bytes (i64.const 65536) (i32.const 64))")),
        ),
        attack(
            "a way out by TCP",
            "makes a TCP socket, and panics unless that is denied",
            Returned,
            socket("tcp"),
        ),
        attack(
            "a way out by UDP",
            "makes a UDP socket, and panics unless that is denied",
            Returned,
            socket("udp"),
        ),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("resources", name, description, promise, component).granted(Grants {
        clocks: true,
        random: Some(Randomness::System),
        empty_world: true,
        ..Grants::default()
    })
}
