//! What ringhost_compute.h declares, as Zig has it.

const compute = @import("compute.zig");

pub const Status = enum(c_uint) {
    ok,
    invalid,
    no_device,
    out_of_memory,
    quota,
    trap,
    poisoned,
    cancelled,
    timeout,
    terminating,
    device_lost,
};

pub const Failure = extern struct {
    status: Status,
    words: [*:0]const u8,
    function: [*:0]const u8,
    item: u32,
    code: compute.TrapCode,
};

pub fn checked(status: Status) compute.Error!void {
    return switch (status) {
        .ok => {},
        .invalid => error.Invalid,
        .no_device => error.NoDevice,
        .out_of_memory => error.OutOfMemory,
        .quota => error.Quota,
        .trap => error.Trap,
        .poisoned => error.Poisoned,
        .cancelled => error.Cancelled,
        .timeout => error.Timeout,
        .terminating => error.Terminating,
        .device_lost => error.DeviceLost,
    };
}

pub const Buffer = extern struct { handle: i32 };

pub const Resident = extern struct { handle: i32, answer_length: u32 };

pub const ArgumentKind = enum(u8) { int32, int64, float32, float64, buffer };

pub const Argument = extern struct {
    kind: ArgumentKind,
    value: Value,

    pub const Value = extern union {
        int32: i32,
        int64: i64,
        float32: f32,
        float64: f64,
        buffer: Buffer,
    };
};

pub const Command = extern struct {
    kind: enum(u8) { write, copy, fill, launch, reduce, scan, sort, gemm },
    value: extern union {
        write: extern struct { to: Buffer, offset: u32, bytes: [*]const u8, length: usize },
        copy: extern struct {
            to: Buffer,
            to_offset: u32,
            from: Buffer,
            from_offset: u32,
            length: u32,
        },
        fill: extern struct { to: Buffer, offset: u32, length: u32, byte: u8 },
        launch: extern struct {
            function: [*]const u8,
            function_length: usize,
            items: u32,
            arguments: [*]const Argument,
            count: usize,
            fuel: extern struct { is_some: bool, units: u64 },
        },
        reduce: extern struct {
            kind: Element,
            operator: compute.Operator,
            from: Buffer,
            from_offset: u32,
            count: u32,
            to: Buffer,
            to_offset: u32,
        },
        scan: extern struct {
            kind: Element,
            operator: compute.Operator,
            exclusive: bool,
            from: Buffer,
            from_offset: u32,
            count: u32,
            to: Buffer,
            to_offset: u32,
        },
        sort: extern struct {
            kind: Element,
            descending: bool,
            keys: Buffer,
            keys_offset: u32,
            count: u32,
            values: extern struct { is_some: bool, buffer: Buffer, offset: u32 },
        },
        gemm: extern struct {
            kind: Element,
            m: u32,
            n: u32,
            k: u32,
            alpha: f64,
            a: Matrix,
            b: Matrix,
            beta: f64,
            c: Matrix,
        },
    },
};

pub const Element = enum(u8) { int32, uint32, int64, uint64, float32, float64 };

pub const Matrix = extern struct { buffer: Buffer, offset: u32 = 0, transposed: bool = false };

pub extern fn ring_compute_last_failure() *const Failure;
pub extern fn ringhost_compute_refused(status: Status, words: [*:0]const u8) Status;
pub extern fn ring_devices(list: [*]compute.Device, max: usize) usize;
pub extern fn ring_space_create(space: *compute.Space, kind: c_uint, bytes: u64) Status;
pub extern fn ring_space_device(space: compute.Space, device: *compute.Device) Status;
pub extern fn ring_space_drop(space: *compute.Space) void;
pub extern fn ring_buffer_allocate(buffer: *Buffer, space: compute.Space, bytes: u32) Status;
pub extern fn ring_buffer_of(buffer: *Buffer, space: compute.Space, bytes: [*]const u8, length: usize) Status;
pub extern fn ring_buffer_length(buffer: Buffer) u32;
pub extern fn ring_buffer_write(buffer: Buffer, offset: u32, bytes: [*]const u8, length: usize) Status;
pub extern fn ring_buffer_read_within(
    buffer: Buffer,
    offset: u32,
    bytes: [*]u8,
    length: usize,
    timeout: u64,
) Status;
pub extern fn ring_buffer_drop(buffer: *Buffer) void;
pub extern fn ring_submit(space: compute.Space, commands: [*]const Command, count: usize, event: *compute.Event) Status;
pub extern fn ring_plan_make(plan: *compute.Plan, space: compute.Space, commands: [*]const Command, count: usize) Status;
pub extern fn ring_plan_run(plan: compute.Plan, times: u32, event: *compute.Event) Status;
pub extern fn ring_plan_drop(plan: *compute.Plan) void;
pub extern fn ring_event_poll(event: compute.Event, stats: *compute.Stats) Status;
pub extern fn ring_event_wait(event: compute.Event, timeout: u64, stats: *compute.Stats) Status;
pub extern fn ring_event_cancel(event: compute.Event) void;
pub extern fn ring_event_drop(event: *compute.Event) void;
pub extern fn ring_reside(
    resident: *Resident,
    space: compute.Space,
    launch: Command,
    input: Buffer,
    output: Buffer,
    depth: u32,
) Status;
pub extern fn ring_resident_send(resident: Resident, message: [*]const u8, length: usize, is_sent: *bool) Status;
pub extern fn ring_resident_receive(resident: Resident, answer: [*]u8, length: usize, timeout: u64) Status;
pub extern fn ring_resident_ask(
    resident: Resident,
    message: [*]const u8,
    length: usize,
    answer: [*]u8,
    answer_length: usize,
) Status;
pub extern fn ring_resident_pause(resident: Resident) void;
pub extern fn ring_resident_resume(resident: Resident) Status;
pub extern fn ring_resident_stop(resident: Resident) void;
pub extern fn ring_resident_stats(resident: Resident) compute.Stats;
pub extern fn ring_resident_drop(resident: *Resident) void;
