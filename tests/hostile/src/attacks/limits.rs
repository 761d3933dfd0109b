//! One attack for each limit of the manifest, which is set to a small value and hit.

use crate::Promise::{Contained, Exceeded, Refused, Returned};
use crate::text::{component, forever, kernel};
use crate::{Attack, Promise};
use ringhost::{CompilerLimits, KernelTelemetry, LaunchOptions};
use std::time::Duration;

/// Does nothing, for ever.
const SPIN: &str = "(loop $again (br $again)) unreachable";

/// Receives a message, and then does nothing, for ever.
const RECEIVE_AND_SPIN: &str = "(call $receive (i32.const 0) (i64.const 0) (i32.const 64))
    (loop $again (br $again)) unreachable";

/// Grows its memory, and then a table, until that fails, and panics.
const GROW_MEMORY: &str = "(loop $more
    (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
const GROW_TABLE: &str = "(loop $more
    (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 1)) (i32.const -1)))) unreachable";

/// Sends messages of this length without waiting until one is refused, of which the result's kind
/// must be this one; panics if none of a thousand is.
fn refused(length: u32, kind: u32) -> Vec<u8> {
    kernel(
        "",
        &format!(
            "(local $left i32) (local.set $left (i32.const 1000))
            (loop $more
                (call $send (i32.const 1024) (i32.const {length}) (i32.const 0) (i64.const 0)
                    (i32.const 0) (i32.const 0) (i32.const 1) (i64.const 0) (i32.const 256))
                (if (i32.load8_u (i32.const 256))
                    (then
                        (if (i32.ne (i32.load8_u (i32.const 264)) (i32.const {kind}))
                            (then unreachable))
                        (return (i32.const 0))))
                (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
            unreachable"
        ),
    )
}

/// The kinds of a refused send, as the contract numbers them.
const TIMEOUT: u32 = 0;
const TOO_LARGE: u32 = 4;

/// Logs 80 bytes, for ever.
fn logs() -> Vec<u8> {
    forever("", "(call $log (i32.const 2) (i32.const 0) (i32.const 80))")
}

/// Valid, small, and hard to compile: every variable that changes in the innermost loop is a
/// variable of every loop around it.
fn bomb() -> Vec<u8> {
    const MANY: usize = 1500;
    let changes: String = (0..MANY)
        .map(|at| format!(" (local.set {at} (i64.add (local.get {at}) (i64.const 1)))"))
        .collect();
    component(&format!(
        "(component (core module (func (local{}){}{changes}{})))",
        " i64".repeat(MANY),
        " loop".repeat(MANY),
        " local.get 0 i32.wrap_i64 br_if 0 end".repeat(MANY)
    ))
}

/// It yielded after so much fuel each time, and one time in ten may differ by what was under way.
fn yielded_every(fuel: u64, figures: &KernelTelemetry) -> bool {
    let slices = figures.fuel_consumed / fuel;
    slices > 10 && figures.fuel_slices.abs_diff(slices) <= slices / 10
}

pub(super) fn attacks() -> Vec<Attack> {
    let recursion = kernel(
        "(func $deeper (result i32) (i32.add (i32.const 1) (call $deeper)))",
        "(call $deeper)",
    );
    vec![
        attack(
            "memory_bytes",
            "grows its memory",
            Exceeded("1048576 bytes of memory"),
            kernel("", GROW_MEMORY),
        )
        .hits("limits.memory_bytes", |options| {
            options.limits.memory_bytes = 1 << 20
        }),
        attack(
            "table_elements",
            "grows a table",
            Exceeded("100 table elements"),
            kernel("(table $t 1 funcref)", GROW_TABLE),
        )
        .hits("limits.table_elements", |options| {
            options.limits.table_elements = 100
        }),
        attack(
            "instances",
            "has more instances than one",
            Refused("instance count too high"),
            kernel("", SPIN),
        )
        .hits("limits.instances", |options| options.limits.instances = 1),
        attack(
            "stack_bytes",
            "recurses",
            Exceeded("65536 bytes of stack"),
            recursion,
        )
        .hits("limits.stack_bytes", |options| {
            options.limits.stack_bytes = 65_536
        }),
        attack(
            "message_bytes",
            "sends a larger message, and panics if that is not refused as such",
            Returned,
            refused(101, TOO_LARGE),
        )
        .hits("limits.message_bytes", |options| {
            options.limits.message_bytes = 100
        }),
        attack(
            "queue_size",
            "sends without waiting, and panics if that is never refused",
            Returned,
            refused(0, TIMEOUT),
        )
        .hits("queue_size", |options| options.queue_size = Some(1))
        .leaving(|figures, _| (figures.output.accepted, figures.output.refused_full) == (1, 1)),
        attack(
            "queue_bytes",
            "sends without waiting, and panics if that is never refused",
            Returned,
            refused(300, TIMEOUT),
        )
        .hits("limits.queue_bytes", |options| {
            options.limits.queue_bytes = 1000
        })
        .leaving(|figures, _| (figures.output.accepted, figures.output.refused_full) == (3, 1)),
        attack("fuel_slice", "spins", Contained, kernel("", SPIN))
            .hits("limits.fuel_slice", |options| {
                options.limits.fuel_slice = 10_000
            })
            .leaving(|figures, _| yielded_every(10_000, figures)),
        attack("weight", "spins", Contained, kernel("", SPIN))
            .hits("limits.weight", |options| {
                (options.limits.fuel_slice, options.limits.weight) = (1000, 50);
            })
            .leaving(|figures, _| yielded_every(50_000, figures)),
        attack(
            "fuel_total",
            "spins",
            Exceeded("10000000 units of fuel"),
            kernel("", SPIN),
        )
        .hits("limits.fuel_total", |options| {
            options.limits.fuel_total = Some(10_000_000)
        }),
        attack("cpu_share", "spins", Contained, kernel("", SPIN))
            .hits("limits.cpu_share", |options| {
                options.limits.cpu_share = Some(0.05)
            })
            .leaving(|figures, _| figures.credit_waits > 0),
        attack(
            "message_time",
            "receives a message and spins",
            Exceeded("20ms for what it received last"),
            kernel("", RECEIVE_AND_SPIN),
        )
        .hits("limits.message_time", |options| {
            options.limits.message_time = Duration::from_millis(20);
        }),
        attack(
            "message_time without credit",
            "receives a message and has no credit to go on",
            Exceeded("20ms for what it received last"),
            kernel("", RECEIVE_AND_SPIN),
        )
        .hits("limits.message_time", |options| {
            options.limits.message_time = Duration::from_millis(20);
            options.limits.cpu_share = Some(1e-9);
        }),
        attack(
            "initialiser_fuel",
            "spins before it is activated",
            Refused("1000 units of fuel"),
            initialiser(),
        )
        .hits("limits.initialiser_fuel", |options| {
            options.limits.initialiser_fuel = 1000
        }),
        attack(
            "initialiser_time",
            "spins before it is activated",
            Refused("within 20ms"),
            initialiser(),
        )
        .hits("limits.initialiser_time", |options| {
            options.limits.initialiser_fuel = u64::MAX;
            options.limits.initialiser_time = Duration::from_millis(20);
        }),
        attack("log_line_bytes", "logs longer lines", Contained, logs())
            .hits("limits.log_line_bytes", |options| {
                options.limits.log_line_bytes = 10
            })
            .leaving(|_, lines| {
                lines
                    .iter()
                    .any(|line| line.text.ends_with("(70 bytes cut)"))
            }),
        attack(
            "log_bytes_per_second",
            "logs as often as it can",
            Contained,
            logs(),
        )
        .hits("limits.log_bytes_per_second", |options| {
            options.limits.log_bytes_per_second = 100;
        })
        .leaving(|figures, _| figures.log_lines_dropped > 0),
        attack(
            "component_bytes",
            "is larger",
            Refused("1000 that are allowed (component_bytes"),
            kernel("", SPIN),
        )
        .hits("limits.component_bytes", |options| {
            options.limits.component_bytes = 1000
        }),
        attack(
            "compiler.code_bytes",
            "is compiled to more",
            Refused("(code_bytes of the compiler"),
            kernel("", SPIN),
        )
        .hits("compiler.code_bytes", |options| {
            compiling(options).code_bytes = 1000
        }),
        attack(
            "compiler.memory_bytes",
            "takes gigabytes to compile",
            Refused("(memory_bytes of the compiler"),
            bomb(),
        )
        .hits("compiler.memory_bytes", |options| {
            compiling(options).memory_bytes = 256 << 20
        }),
        attack(
            "compiler.cpu_seconds",
            "takes minutes to compile",
            Refused("(cpu_seconds of the compiler"),
            bomb(),
        )
        .hits("compiler.cpu_seconds", |options| {
            compiling(options).cpu_seconds = 1
        }),
        attack(
            "compiler.wall_seconds",
            "takes minutes to compile",
            Refused("(wall_seconds of the compiler"),
            bomb(),
        )
        .hits("compiler.wall_seconds", |options| {
            compiling(options).wall_seconds = 1
        }),
    ]
}

fn initialiser() -> Vec<u8> {
    kernel(
        "(func $begin (loop $again (br $again))) (start $begin)",
        "(i32.const 0)",
    )
}

/// The limits on compiling it, which are ample.
fn compiling(options: &mut LaunchOptions) -> &mut CompilerLimits {
    options.compiler.insert(CompilerLimits {
        memory_bytes: 16 << 30,
        ..CompilerLimits::default()
    })
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("limits", name, description, promise, component)
}
