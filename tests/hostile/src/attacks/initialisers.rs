//! Attacks at launch, before the kernel is activated.

use crate::Promise::{Contained, Refused};
use crate::text::{endless, kernel};
use crate::{Attack, Promise};

pub(super) fn attacks() -> Vec<Attack> {
    // Of two kinds: the start function of the core module, for which the host's calls are not
    // there yet, and `_initialize`, for which they are.
    let start = |body: &str| {
        let fields = format!("(func $begin {body}) (start $begin)");
        kernel(&fields, "(i32.const 0)")
    };
    let initialise = |body: &str| {
        let fields = format!("(func (export \"_initialize\") {body})");
        kernel(&fields, "(i32.const 0)")
    };
    let asks = "(drop (call $is_active)) (drop (call $should_terminate))
        (call $kernel_id (i32.const 64)) (call $log (i32.const 2) (i32.const 0) (i32.const 9))";
    vec![
        attack(
            "start without end",
            "spins before it is activated",
            Refused("did not end within"),
            start("(loop $again (br $again))"),
        ),
        attack(
            "start that panics",
            "traps before it is activated",
            Refused("unreachable"),
            start("unreachable"),
        ),
        attack(
            "start that recurses",
            "recurses without end before it is activated",
            Refused("call stack exhausted"),
            start("(call $begin)"),
        ),
        attack(
            "start that takes all memory",
            "grows its memory until that fails, and panics, before it is activated",
            Refused("bytes of memory"),
            start(
                "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
                unreachable",
            ),
        ),
        attack(
            "start that fills its memory",
            "fills 60 MiB with one instruction, again and again, before it is activated",
            Refused("did not end within"),
            start(&format!(
                "(drop (memory.grow (i32.const 960))) {}",
                endless("(memory.fill (i32.const 0) (i32.const 1) (i32.const 62914560))")
            )),
        ),
        attack(
            "start that asks without end",
            "asks the host all that it may, before it is activated, for ever",
            Refused("did not end within"),
            initialise(&endless(asks)),
        ),
        attack(
            "start that asks once",
            "asks the host all that it may before it is activated, and then spins in run",
            Contained,
            kernel(
                &format!("(func (export \"_initialize\") {asks})"),
                "(loop $again (br $again)) unreachable",
            ),
        ),
        attack(
            "start that waits for a message",
            "waits for a message before it is activated",
            Refused("called receive from an initialiser"),
            initialise("(call $receive (i32.const 0) (i64.const 0) (i32.const 64))"),
        ),
        attack(
            "start that waits for a batch",
            "waits for messages before it is activated",
            Refused("called receive from an initialiser"),
            initialise(
                "(call $receive_batch (i32.const -1) (i32.const 0) (i64.const 0) (i32.const 64))",
            ),
        ),
        attack(
            "start that waits to be activated",
            "waits for its activation before it is activated",
            Refused("called wait-active from an initialiser"),
            initialise("(drop (call $wait_active))"),
        ),
        attack(
            "start that sends",
            "sends a message before it is activated",
            Refused("called send from an initialiser"),
            initialise(
                "(call $send (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 0) (i32.const 0)
                    (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 64))",
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
    Attack::new("initialisers", name, description, promise, component)
}
