//! Kernels that compute, in WebAssembly text.

use crate::text::{REALLOC, endless};
use ringhost_tests::component_of_world;

const WORLD: &str =
    "package test:devices; world kernel { include ring:kernel/compute-kernel@0.1.0; }";

/// What a kernel has of the interface `compute`. Results are left at 512, handles at 516.
const IMPORTS: &str = r#"
    (import "ring:kernel/compute@0.1.0" "devices" (func $devices (param i32)))
    (import "ring:kernel/compute@0.1.0" "[static]space.create" (func $create (param i32 i32 i64 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]space.allocate" (func $allocate (param i32 i32 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]space.submit" (func $submit (param i32 i32 i32 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]space.plan" (func $make_plan (param i32 i32 i32 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]space.reside"
        (func $make_resident (param i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]buffer.write"
        (func $write (param i32 i32 i32 i32 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]buffer.read"
        (func $read (param i32 i32 i32 i32 i64 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]plan.run" (func $run_plan (param i32 i32 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]event.poll" (func $poll (param i32 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]event.wait" (func $wait (param i32 i32 i64 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]event.cancel" (func $cancel (param i32)))
    (import "ring:kernel/compute@0.1.0" "[method]resident.send"
        (func $send_resident (param i32 i32 i32 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]resident.receive"
        (func $receive_resident (param i32 i32 i64 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]resident.pause" (func $pause_resident (param i32)))
    (import "ring:kernel/compute@0.1.0" "[method]resident.resume"
        (func $resume_resident (param i32 i32)))
    (import "ring:kernel/compute@0.1.0" "[method]resident.stop" (func $stop_resident (param i32)))
    (import "ring:kernel/compute@0.1.0" "[resource-drop]space" (func $drop_space (param i32)))
    (import "ring:kernel/compute@0.1.0" "[resource-drop]buffer" (func $drop_buffer (param i32)))
    (import "ring:kernel/compute@0.1.0" "[resource-drop]event" (func $drop_event (param i32)))
    (import "ring:kernel/compute@0.1.0" "[resource-drop]resident" (func $drop_resident (param i32)))"#;

/// A space of 1 MiB with a buffer of 64 KiB, and at 1024 a launch with it.
const SETTING: &str = r#"
    (global $space (mut i32) (i32.const 0))
    (global $buffer (mut i32) (i32.const 0))
    (global $made (mut i32) (i32.const 0))
    (data (i32.const 1300) "spinwork")
    (func (export "compute:spin") (param i32 i32)
        (loop $again (i32.store (local.get 1) (local.get 0)) (br $again)))
    (func (export "compute:work") (param i32 i32)
        (i32.store (i32.add (local.get 1) (i32.and (i32.shl (local.get 0) (i32.const 2)) (i32.const 65532)))
            (local.get 0)))
    (func $handle (result i32) (i32.load (i32.const 516)))
    (func $space (result i32)
        (call $create (i32.const 0) (i32.const 0) (i64.const 1048576) (i32.const 512))
        (call $handle))
    (func $allocated (param $bytes i32) (result i32)
        (call $allocate (global.get $space) (local.get $bytes) (i32.const 512))
        (call $handle))
    (func $set
        (global.set $space (call $space))
        (global.set $buffer (call $allocated (i32.const 65536)))
        (i32.store8 (i32.const 1200) (i32.const 4))
        (i32.store (i32.const 1208) (global.get $buffer)))
    ;; Spins, 1300, or works, 1304, over so many items with so much fuel for each.
    (func $launch (param $name i32) (param $items i32) (param $fuel i64)
        (i32.store8 (i32.const 1024) (i32.const 3))
        (i32.store (i32.const 1032) (local.get $name))
        (i32.store (i32.const 1036) (i32.const 4))
        (i32.store (i32.const 1040) (local.get $items))
        (i32.store (i32.const 1044) (i32.const 1200))
        (i32.store (i32.const 1048) (i32.const 1))
        (i32.store8 (i32.const 1056) (i32.const 1))
        (i64.store (i32.const 1064) (local.get $fuel)))
    ;; A byte that fills all of the buffer, as the command at this address.
    (func $fill (param $at i32)
        (i32.store8 (local.get $at) (i32.const 2))
        (i32.store offset=8 (local.get $at) (global.get $buffer))
        (i32.store offset=12 (local.get $at) (i32.const 0))
        (i32.store offset=16 (local.get $at) (i32.const 65536))
        (i32.store offset=20 (local.get $at) (i32.const 7)))
    (func $submitted (param $count i32)
        (call $submit (global.get $space) (i32.const 1024) (local.get $count) (i32.const 512)))
    (func $submit_at (param $at i32) (param $count i32)
        (call $submit (global.get $space) (local.get $at) (local.get $count) (i32.const 512)))
    ;; Whether the last call did what it was to do.
    (func $is_done (result i32) (i32.eqz (i32.load8_u (i32.const 512))))
    ;; So that an attack is none that does not even begin.
    (func $must (if (i32.eqz (call $is_done)) (then unreachable)))
    ;; A resident of 64 items with room for so many messages.
    (func $resident (param $name i32) (param $depth i32) (param $fuel i64) (result i32)
        (call $make_resident (global.get $space) (local.get $name) (i32.const 4) (i32.const 64)
            (i32.const 1200) (i32.const 1) (i32.const 1) (local.get $fuel) (global.get $buffer)
            (global.get $buffer) (local.get $depth) (i32.const 512))
        (call $handle))"#;

/// Spins for as good as ever.
pub(super) const SPIN: &str =
    "(call $launch (i32.const 1300) (i32.const 64) (i64.const 0x1000000000))";

/// Takes no time.
pub(super) const WORK: &str = "(call $launch (i32.const 1304) (i32.const 64) (i64.const 1000))";

pub(super) fn kernel(run: &str) -> Vec<u8> {
    component_of_world(
        WORLD,
        &format!(
            r#"(module {IMPORTS} (memory (export "memory") 64) {SETTING}
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {REALLOC})
                (func (export "run") (result i32) (local $at i32) (call $set) {run}))"#
        ),
    )
}

/// Does the second again and again when it has done the first.
pub(super) fn forever(before: &str, turn: &str) -> Vec<u8> {
    kernel(&format!("{before} {}", endless(turn)))
}

/// Writes so many commands from 4096 on, each of which fills the buffer.
pub(super) fn fills(count: u32) -> String {
    format!(
        "(local.set $at (i32.const 4096))
        (loop $more
            (call $fill (local.get $at))
            (local.set $at (i32.add (local.get $at) (i32.const 80)))
            (br_if $more (i32.lt_u (local.get $at) (i32.const {}))))",
        4096 + 80 * count
    )
}
