//! Attacks by work on devices: they want the cores, or memory that is not the kernel's own.

mod residents;
mod text;

use crate::Promise::{Contained, Trapped};
use crate::{Attack, Promise};
use ringhost::{Compute, Grants};
use text::{SPIN, WORK, fills, forever, kernel};

pub(super) fn attacks() -> Vec<Attack> {
    [
        spaces(),
        submissions(),
        waiting(),
        residents::attacks(),
        lies(),
    ]
    .concat()
}

fn spaces() -> Vec<Attack> {
    vec![
        attack(
            "spaces without end",
            "makes spaces of 1 MiB and keeps them",
            Contained,
            forever("", "(drop (call $space))"),
        ),
        attack(
            "the largest spaces",
            "makes spaces of 4 GiB and of 2^64 - 1 bytes, for ever",
            Contained,
            forever(
                "",
                "(call $create (i32.const 0) (i32.const 0) (i64.const 0x100000000) (i32.const 512))
                (call $create (i32.const 1) (i32.const 0) (i64.const -1) (i32.const 512))",
            ),
        ),
        attack(
            "spaces that come and go",
            "makes a space and drops it, for ever",
            Contained,
            forever("", "(call $drop_space (call $space))"),
        ),
        attack(
            "buffers without end",
            "makes buffers of no bytes and keeps them",
            Contained,
            forever("", "(drop (call $allocated (i32.const 0)))"),
        ),
        attack(
            "devices without end",
            "asks which devices there are, for ever",
            Contained,
            forever("", "(call $devices (i32.const 512))"),
        ),
    ]
}

fn submissions() -> Vec<Attack> {
    vec![
        attack(
            "launches that spin",
            "launches what spins for ever, again and again, and keeps the events",
            Contained,
            forever(
                &format!("{SPIN} (call $submitted (i32.const 1)) (call $must)"),
                "(call $submitted (i32.const 1))",
            ),
        ),
        attack(
            "launches that are left alone",
            "launches what spins for ever in a space of its own and drops all of it, for ever",
            Contained,
            forever(
                SPIN,
                "(call $submitted (i32.const 1))
                (if (call $is_done) (then (call $drop_event (call $handle))))
                (call $drop_buffer (global.get $buffer))
                (call $drop_space (global.get $space))
                (call $set)",
            ),
        ),
        attack(
            "2^32 - 1 items",
            "launches as many items as there can be, again and again",
            Contained,
            forever(
                "(call $launch (i32.const 1304) (i32.const -1) (i64.const 1000))
                (call $submitted (i32.const 1)) (call $must)",
                "(call $submitted (i32.const 1))",
            ),
        ),
        attack(
            "launches as fast as it can",
            "launches what takes no time and gives up the event, for ever",
            Contained,
            forever(
                WORK,
                "(call $submitted (i32.const 1))
                (if (call $is_done) (then (call $drop_event (call $handle))))",
            ),
        ),
        attack(
            "five hundred commands",
            "submits commands each of which fills 64 KiB, for ever",
            Contained,
            forever(
                &fills(500),
                "(call $submit_at (i32.const 4096) (i32.const 500))
                (if (call $is_done) (then (call $drop_event (call $handle))))",
            ),
        ),
        attack(
            "ten thousand commands",
            "submits more commands than it may hold handles, each with a buffer",
            Trapped("handle limit"),
            kernel(&format!(
                "{} (call $submit_at (i32.const 4096) (i32.const 10000)) (i32.const 0)",
                fills(10_000)
            )),
        ),
        attack(
            "fifty thousand commands",
            "submits 4 MB of commands, more than a message may have",
            Trapped("too much data"),
            kernel(&format!(
                "{} (call $submit_at (i32.const 4096) (i32.const 50000)) (i32.const 0)",
                fills(50_000)
            )),
        ),
        attack(
            "a plan 2^32 - 1 times",
            "has a plan done as often as can be said, again and again",
            Contained,
            forever(
                &format!(
                    "{WORK} (call $make_plan (global.get $space) (i32.const 1024) (i32.const 1)
                        (i32.const 512))
                    (call $must) (global.set $made (call $handle))"
                ),
                "(call $run_plan (global.get $made) (i32.const -1) (i32.const 512))",
            ),
        ),
        attack(
            "products without measure",
            "multiplies matrices of 2^32 - 1 rows and columns in a buffer of 64 KiB, for ever",
            Contained,
            forever(
                "(i32.store8 (i32.const 1024) (i32.const 7)) ;; gemm
                (i32.store8 (i32.const 1032) (i32.const 4)) ;; f32
                (i32.store (i32.const 1036) (i32.const -1))
                (i32.store (i32.const 1040) (i32.const -1))
                (i32.store (i32.const 1044) (i32.const -1))
                (i32.store (i32.const 1056) (global.get $buffer))
                (i32.store (i32.const 1068) (global.get $buffer))
                (i32.store (i32.const 1088) (global.get $buffer))",
                "(call $submitted (i32.const 1))",
            ),
        ),
    ]
}

fn waiting() -> Vec<Attack> {
    let spins = format!("{SPIN} (call $submitted (i32.const 1)) (global.set $made (call $handle))");
    vec![
        attack(
            "a wait for what does not end",
            "waits for what spins for ever, and again when it is asked to end",
            Contained,
            forever(
                &spins,
                "(call $wait (global.get $made) (i32.const 0) (i64.const 0) (i32.const 512))",
            ),
        ),
        attack(
            "looks at what does not end",
            "asks whether what spins for ever has ended, without a pause",
            Contained,
            forever(&spins, "(call $poll (global.get $made) (i32.const 512))"),
        ),
        attack(
            "cancels without end",
            "cancels what it has cancelled before, for ever",
            Contained,
            forever(&spins, "(call $cancel (global.get $made))"),
        ),
        attack(
            "reads behind what does not end",
            "reads a buffer that is being written for ever, for no time at all, for ever",
            Contained,
            forever(
                &spins,
                "(call $read (global.get $buffer) (i32.const 0) (i32.const 65536) (i32.const 1)
                    (i64.const 0) (i32.const 512))",
            ),
        ),
        attack(
            "reads and writes without end",
            "writes all of a buffer and reads it, for ever",
            Contained,
            forever(
                "",
                "(call $write (global.get $buffer) (i32.const 0) (i32.const 131072) (i32.const 65536)
                    (i32.const 512))
                (call $read (global.get $buffer) (i32.const 0) (i32.const 65536) (i32.const 0)
                    (i64.const 0) (i32.const 512))",
            ),
        ),
        attack(
            "writes behind what does not end",
            "writes a buffer that is being written for ever, for ever",
            Contained,
            forever(
                &spins,
                "(call $write (global.get $buffer) (i32.const 0) (i32.const 131072) (i32.const 65536)
                    (i32.const 512))",
            ),
        ),
    ]
}

fn lies() -> Vec<Attack> {
    vec![
        attack(
            "commands that are not there",
            "submits 2^32 - 1 commands",
            Trapped("out of bounds"),
            kernel("(call $submitted (i32.const -1)) (i32.const 0)"),
        ),
        attack(
            "bytes that are not there",
            "writes to a buffer what lies behind its memory",
            Trapped("out of bounds"),
            kernel(
                "(call $write (global.get $buffer) (i32.const 0) (i32.const -16) (i32.const 64)
                    (i32.const 512))
                (i32.const 0)",
            ),
        ),
        attack(
            "a buffer that is no buffer",
            "launches with its space in the place of a buffer",
            Trapped("handle"),
            kernel(&format!(
                "{WORK} (i32.store (i32.const 1208) (global.get $space))
                (call $submitted (i32.const 1)) (i32.const 0)"
            )),
        ),
        attack(
            "beyond the buffer",
            "fills and copies beyond a buffer's end, for ever",
            Contained,
            forever(
                "(call $fill (i32.const 1024)) (i32.store (i32.const 1036) (i32.const 1))
                ;; 65536 bytes from 0 to 1.
                (i32.store8 (i32.const 1104) (i32.const 1))
                (i32.store (i32.const 1112) (global.get $buffer))
                (i32.store (i32.const 1116) (i32.const 1))
                (i32.store (i32.const 1120) (global.get $buffer))
                (i32.store (i32.const 1128) (i32.const 65536))",
                "(call $submitted (i32.const 1)) (call $submit_at (i32.const 1104) (i32.const 1))
                (if (call $is_done) (then unreachable))",
            ),
        ),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    let compute = Compute {
        memory_bytes: 32 << 20,
        in_flight: 4,
        device_time: None,
    };
    Attack::new("devices", name, description, promise, component).granted(Grants {
        compute: Some(compute),
        ..Grants::default()
    })
}
