//! Attacks by a granted folder.

use crate::Promise::{Contained, Returned, Trapped};
use crate::text::endless;
use crate::{Attack, Promise};
use ringhost_tests::{component_from_core, core_kernel};

/// What a kernel does with files. `$folder` is the folder that it was granted.
const FILES: &str = r#"
    (import "wasi:filesystem/preopens@0.2.0" "get-directories" (func $folders (param i32)))
    (import "wasi:filesystem/types@0.2.0" "[method]descriptor.open-at"
        (func $open_at (param i32 i32 i32 i32 i32 i32 i32)))
    (import "wasi:filesystem/types@0.2.0" "[method]descriptor.symlink-at"
        (func $link (param i32 i32 i32 i32 i32 i32)))
    (import "wasi:filesystem/types@0.2.0" "[method]descriptor.set-size"
        (func $set_size (param i32 i64 i32)))
    (import "wasi:filesystem/types@0.2.0" "[method]descriptor.read-directory"
        (func $list (param i32 i32)))
    (import "wasi:filesystem/types@0.2.0"
        "[method]directory-entry-stream.read-directory-entry" (func $entry (param i32 i32)))
    (import "wasi:filesystem/types@0.2.0" "[method]descriptor.read-via-stream"
        (func $reading (param i32 i64 i32)))
    (import "wasi:filesystem/types@0.2.0" "[method]descriptor.write-via-stream"
        (func $writing (param i32 i64 i32)))
    (import "wasi:filesystem/types@0.2.0" "[resource-drop]descriptor"
        (func $close (param i32)))
    (import "wasi:filesystem/types@0.2.0" "[resource-drop]directory-entry-stream"
        (func $end_list (param i32)))
    (import "wasi:io/streams@0.2.0" "[method]output-stream.check-write"
        (func $check_write (param i32 i32)))
    (import "wasi:io/streams@0.2.0" "[method]output-stream.write"
        (func $write (param i32 i32 i32 i32)))
    (import "wasi:io/streams@0.2.0" "[method]input-stream.read"
        (func $read (param i32 i64 i32)))
    (global $folder (mut i32) (i32.const 0))
    (global $file (mut i32) (i32.const 0))
    ;; Opens by name: to create with 1, to read and write. 0 if that worked.
    (func $open (param $name i32) (param $length i32) (param $how i32) (result i32)
        (call $open_at (global.get $folder) (i32.const 1) (local.get $name) (local.get $length)
            (local.get $how) (i32.const 3) (i32.const 512))
        (global.set $file (i32.load (i32.const 516)))
        (i32.load8_u (i32.const 512)))
    (data (i32.const 1024) "a file")
    (data (i32.const 1032) "../secret")
    (data (i32.const 1044) "etc/passwd")
    (data (i32.const 1056) "out")
    (data (i32.const 1060) "loop/loop")
    (data (i32.const 1072) "/etc/passwd")
    (data (i32.const 1084) "made")"#;

/// Opens, or creates, "a file".
const A_FILE: &str = "(call $open (i32.const 1024) (i32.const 6) (i32.const 1))";

fn kernel(run: &str) -> Vec<u8> {
    let run = format!(
        "(local $at i32)
        (call $folders (i32.const 512))
        (global.set $folder (i32.load (i32.load (i32.const 512))))
        {run}"
    );
    component_from_core(&core_kernel(64, FILES, &run))
}

/// Opens so many streams on one file and keeps them at 2048, four bytes each.
fn streams(number: u32, make: &str) -> String {
    format!(
        "(drop {A_FILE})
        (call $set_size (global.get $file) (i64.const 1048576) (i32.const 512))
        (loop $more
            (call {make} (global.get $file) (i64.const 0) (i32.const 512))
            (i32.store offset=2048 (local.get $at) (i32.load (i32.const 516)))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br_if $more (i32.lt_u (local.get $at) (i32.const {}))))",
        4 * number
    )
}

/// Does this with each of those streams, for ever.
fn with_each(number: u32, what: &str) -> String {
    endless(&format!(
        "(global.set $next (i32.const 4096))
        (local.set $at (i32.const 0))
        (loop $more
            {what}
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br_if $more (i32.lt_u (local.get $at) (i32.const {}))))",
        4 * number
    ))
}

/// Panics if this can be opened, to be created or not.
fn no_way(name: u32, length: u32) -> String {
    let open = |how| {
        format!(
            "(if (i32.eqz (call $open (i32.const {name}) (i32.const {length}) (i32.const {how})))
                (then unreachable))"
        )
    };
    open(0) + &open(1)
}

const STREAM: &str = "(i32.load offset=2048 (local.get $at))";

pub(super) fn attacks() -> Vec<Attack> {
    [ways_out(), many(), large()].concat()
}

fn ways_out() -> Vec<Attack> {
    let ways = [
        (1032, 9),
        (1044, 10),
        (1056, 3),
        (1060, 9),
        (1072, 11),
        (1084, 4),
    ];
    let ways: String = ways.map(|(name, length)| no_way(name, length)).concat();
    vec![
        attack(
            "a way out",
            "opens what is outside by \"..\", absolute paths and links, and panics if it can",
            Returned,
            kernel(&format!(
                "(call $link (global.get $folder) (i32.const 1032) (i32.const 9) (i32.const 1084)
                    (i32.const 4) (i32.const 512))
                {ways} (i32.const 0)"
            )),
        ),
        attack(
            "round in a circle",
            "opens a link that leads to itself, as often as it can",
            Contained,
            kernel(&endless(
                "(drop (call $open (i32.const 1060) (i32.const 9) (i32.const 0)))",
            )),
        ),
        attack(
            "a path of 1 MiB",
            "opens a path that goes into a folder and out of it again, half a million times",
            Contained,
            kernel(&format!(
                "(loop $more
                    (i32.store offset=1048576 (local.get $at) (i32.const 0x2f2e2f2e)) ;; ././
                    (local.set $at (i32.add (local.get $at) (i32.const 4)))
                    (br_if $more (i32.lt_u (local.get $at) (i32.const 1048576))))
                {}",
                endless(
                    "(drop (call $open (i32.const 1048576) (i32.const 1048576) (i32.const 0)))"
                )
            )),
        ),
    ]
}

fn many() -> Vec<Attack> {
    vec![
        attack(
            "files without end",
            "opens a file again and again and closes none",
            Trapped("resource table has no free keys"),
            kernel(&endless(&format!("(drop {A_FILE})"))),
        ),
        attack(
            "files by the million",
            "opens a file and closes it, as often as it can",
            Contained,
            kernel(&endless(&format!(
                "(drop {A_FILE}) (call $close (global.get $file))"
            ))),
        ),
        attack(
            "a folder of a million files",
            "creates files, each with another name, as fast as it can",
            Contained,
            kernel(&endless(
                "(i64.store (i32.const 2048) (i64.add (i64.load (i32.const 2048)) (i64.const 1)))
                (i64.store (i32.const 2064) (i64.or (i64.const 0x6161616161616161)
                    (i64.and (i64.load (i32.const 2048)) (i64.const 0x0e0e0e0e0e0e0e0e))))
                (i64.store (i32.const 2072) (i64.or (i64.const 0x6161616161616161)
                    (i64.and (i64.shr_u (i64.load (i32.const 2048)) (i64.const 4))
                        (i64.const 0x0e0e0e0e0e0e0e0e))))
                (if (i32.eqz (call $open (i32.const 2064) (i32.const 16) (i32.const 1)))
                    (then (call $close (global.get $file))))",
            )),
        ),
        attack(
            "listings without end",
            "begins to list a folder of 3000 files again and again, and ends no list",
            Trapped("resource table has no free keys"),
            kernel(&endless(
                "(call $list (global.get $folder) (i32.const 512))
                (global.set $next (i32.const 4096))
                (call $entry (i32.load (i32.const 516)) (i32.const 528))",
            )),
        )
        .in_a_folder_of(3000),
        attack(
            "a large folder",
            "lists a folder of 3000 files, as often as it can",
            Contained,
            kernel(&endless(
                "(call $list (global.get $folder) (i32.const 512))
                (loop $more
                    (global.set $next (i32.const 4096))
                    (call $entry (i32.load (i32.const 516)) (i32.const 528))
                    (if (i32.load8_u (i32.const 528)) (then unreachable))
                    (br_if $more (i32.load8_u (i32.const 532))))
                (call $end_list (i32.load (i32.const 516)))",
            )),
        )
        .in_a_folder_of(3000),
    ]
}

fn large() -> Vec<Attack> {
    vec![
        attack(
            "a file of 8 EiB",
            "makes a file as large as can be, and panics if it may be larger than that",
            Returned,
            kernel(&format!(
                "(drop {A_FILE})
                (call $set_size (global.get $file) (i64.const -1) (i32.const 512))
                (if (i32.eqz (i32.load8_u (i32.const 512))) (then unreachable))
                (i32.const 0)"
            )),
        ),
        attack(
            "more than may be written",
            "writes 1 MiB to a stream that takes 64 KiB",
            Trapped("more to a stream than check-write allowed"),
            kernel(&format!(
                "{}
                (call $check_write (i32.load (i32.const 2048)) (i32.const 512))
                (call $write (i32.load (i32.const 2048)) (i32.const 0) (i32.const 1048576)
                    (i32.const 512))
                (i32.const 0)",
                streams(1, "$writing")
            )),
        ),
        attack(
            "a hundred writers",
            "writes 64 KiB to each of 100 streams whenever it takes that, and waits for none",
            Contained,
            kernel(&format!(
                "{} {}",
                streams(100, "$writing"),
                with_each(
                    100,
                    &format!(
                        "(call $check_write {STREAM} (i32.const 512))
                        (if (i64.ge_u (i64.load (i32.const 520)) (i64.const 65536)) (then
                            (call $write {STREAM} (i32.const 0) (i32.const 65536)
                                (i32.const 512))))"
                    )
                )
            )),
        ),
        attack(
            "a hundred readers",
            "reads from each of 100 streams what has come, and waits for none",
            Contained,
            kernel(&format!(
                "{} {}",
                streams(100, "$reading"),
                with_each(
                    100,
                    &format!(
                        "(global.set $next (i32.const 4096))
                        (call $read {STREAM} (i64.const 65536) (i32.const 512))"
                    )
                )
            )),
        ),
    ]
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("folders", name, description, promise, component).in_a_folder_of(0)
}
