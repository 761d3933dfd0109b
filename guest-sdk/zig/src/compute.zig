//! Data-parallel work: functions that run once for each of many items, on all cores or on a GPU, with the
//! same results.
//!
//! A function is marked by naming it in a `Function`. The kernel makes a space, which is a memory on a
//! device, puts buffers into it, and submits commands: launches of marked functions, and what fills and
//! copies buffers. Its manifest asks for `compute = {}` under `[grants]`.
//!
//! What is made here is the kernel's to `deinit`, in any order: a buffer, plan, event or resident keeps what
//! it needs of its space. What that was called of is `error.Invalid` to use; a copy of it is a trap.

const std = @import("std");
const ringhost = @import("ringhost.zig");
const marking = @import("compute_function.zig");
const raw = @import("compute_raw.zig");
const checked = raw.checked;

/// Why something was not done. `failure` says more, and `fail` ends a kernel with its words.
pub const Error = error{
    /// An argument that cannot be meant.
    Invalid,
    /// There is no such device, or none that can run this kernel's functions.
    NoDevice,
    /// The space has no room for it, or the kernel has none for the commands.
    OutOfMemory,
    /// It is more than the host grants this kernel.
    Quota,
    /// An item of a launch could not go on. What the launch could write is poisoned.
    Trap,
    /// A launch that could write it failed or was cancelled. It is sound again when written whole.
    Poisoned,
    /// It was cancelled before its end.
    Cancelled,
    /// It did not end within the timeout, and goes on.
    Timeout,
    /// The host asked the kernel to end: return from the kernel.
    Terminating,
    /// The device failed, and all that was on it is lost. A new space may get another device.
    DeviceLost,
};

/// Why an item could not go on. A check of Zig's that fails, such as that of an index, is `unreachable`.
pub const TrapCode = enum(c_uint) {
    out_of_bounds,
    divide_by_zero,
    integer_overflow,
    bad_conversion,
    @"unreachable",
    out_of_fuel,
    stack_overflow,
    indirect_call,
};

/// Why the last call that failed did so. It stays until the next one fails.
pub const Failure = struct {
    /// What an operator can make something of.
    words: []const u8,
    /// Of `error.Trap`, otherwise empty: the function of the launch.
    function: []const u8,
    /// Of several items the lowest.
    item: u32,
    code: TrapCode,
};

pub fn failure() Failure {
    const told = raw.ring_compute_last_failure();
    return .{
        .words = std.mem.span(told.words),
        .function = std.mem.span(told.function),
        .item = told.item,
        .code = told.code,
    };
}

/// What ends a kernel with the words of a failure: `catch |problem| return ringhost.compute.fail(problem)`.
pub fn fail(problem: Error) error{ Failed, Terminating } {
    if (problem == error.Terminating) return error.Terminating;
    const told = raw.ring_compute_last_failure();
    const is_told = if (checked(told.status)) false else |last| last == problem;
    // Memory can also be missed by who calls nothing of the host.
    return ringhost.fail("{s}", .{if (is_told) std.mem.span(told.words) else @errorName(problem)});
}

pub const Function = marking.Function;
pub const Options = marking.Options;
pub const Out = marking.Out;
pub const Resident = @import("compute_resident.zig").Resident;

pub const DeviceKind = enum(c_uint) { cpu, cuda };

pub const Device = extern struct {
    kind: DeviceKind,
    name_bytes: [64]u8,
    /// In bytes. How much of it the kernel gets is the host's choice.
    memory: u64,
    /// How many items can run at the same instant.
    lanes: u32,

    /// What its maker calls it, as far as there is room for it.
    pub fn name(device: *const Device) []const u8 {
        return std.mem.sliceTo(&device.name_bytes, 0);
    }
};

/// The devices on which the kernel may compute, the best first, as many as there is room for.
pub fn devices(buffer: []Device) []Device {
    return buffer[0..raw.ring_devices(buffer.ptr, buffer.len)];
}

/// What was done, and what it took.
pub const Stats = extern struct {
    /// In nanoseconds, over all lanes of the device.
    device_time: u64,
    launches: u32,
    items: u64,
};

/// A memory on one device, zeroed. What is submitted to it is done in order.
pub const Space = extern struct {
    handle: i32,

    /// Makes one of so many bytes, rounded up to whole pages of 64 KiB, on a device of this kind; `null`:
    /// on the best one.
    pub fn init(kind: ?DeviceKind, bytes: u64) Error!Space {
        const any = 2;
        var space: Space = undefined;
        const wanted: c_uint = if (kind) |chosen| @backingInt(chosen) else any;
        try checked(raw.ring_space_create(&space, wanted, bytes));
        return space;
    }

    pub fn deinit(space: *Space) void {
        raw.ring_space_drop(space);
    }

    /// The device that it is on.
    pub fn device(space: Space) Error!Device {
        var found: Device = undefined;
        try checked(raw.ring_space_device(space, &found));
        return found;
    }

    /// Makes a buffer of so many elements, zeroed.
    pub fn allocate(space: Space, comptime T: type, length: usize) Error!Buffer(T) {
        var held: raw.Buffer = undefined;
        try checked(raw.ring_buffer_allocate(&held, space, bytesOf(T, length)));
        return .{ .held = held };
    }

    /// Makes a buffer with these elements.
    pub fn buffer(space: Space, comptime T: type, elements: []const T) Error!Buffer(T) {
        var held: raw.Buffer = undefined;
        const bytes = std.mem.sliceAsBytes(elements);
        try checked(raw.ring_buffer_of(&held, space, bytes.ptr, bytes.len));
        return .{ .held = held };
    }

    /// Has commands done, in their order, and returns without waiting for them.
    pub fn submit(space: Space, commands: []const Command) Error!Event {
        const list = try rawOf(commands);
        defer std.heap.c_allocator.free(list);
        var event: Event = undefined;
        try checked(raw.ring_submit(space, list.ptr, list.len, &event));
        return event;
    }

    /// Has commands done and waits for their end.
    pub fn run(space: Space, commands: []const Command) Error!Stats {
        var event = try space.submit(commands);
        defer event.deinit();
        return event.wait(null);
    }

    /// Checks commands once, to have them done many times.
    pub fn plan(space: Space, commands: []const Command) Error!Plan {
        const list = try rawOf(commands);
        defer std.heap.c_allocator.free(list);
        var made: Plan = undefined;
        try checked(raw.ring_plan_make(&made, space, list.ptr, list.len));
        return made;
    }

    /// Has a launch's function stay, of 1 to 1024 items, and run for each message: that is put into `input`,
    /// which points to a buffer, and `output` is the answer, the whole of it. Up to `depth` messages are under
    /// way.
    pub fn reside(
        space: Space,
        launch: Command,
        input: anytype,
        output: anytype,
        depth: u32,
    ) Error!Resident(@TypeOf(input.*).Element, @TypeOf(output.*).Element) {
        var held: raw.Resident = undefined;
        const command = launch.toRaw();
        try checked(raw.ring_reside(&held, space, command, input.held, output.held, depth));
        return .{ .held = held };
    }
};

/// A part of a space, of elements of one type: an integer or float.
pub fn Buffer(comptime T: type) type {
    return extern struct {
        held: raw.Buffer,

        const Self = @This();
        const Element = T;

        pub fn deinit(buffer: *Self) void {
            raw.ring_buffer_drop(&buffer.held);
        }

        /// How many elements it has; 0 of one that was dropped.
        pub fn length(buffer: Self) usize {
            return raw.ring_buffer_length(buffer.held) / @sizeOf(T);
        }

        /// Writes elements from this one on, behind all that was submitted to the space before.
        pub fn write(buffer: Self, first: usize, elements: []const T) Error!void {
            const bytes = std.mem.sliceAsBytes(elements);
            try checked(raw.ring_buffer_write(buffer.held, bytesOf(T, first), bytes.ptr, bytes.len));
        }

        /// Reads elements from this one on, when all that was submitted to the space before is done; waits
        /// for so many nanoseconds (`null`: as long as it takes).
        pub fn read(buffer: Self, first: usize, elements: []T, timeout: ?u64) Error!void {
            const bytes = std.mem.sliceAsBytes(elements);
            try checked(raw.ring_buffer_read_within(
                buffer.held,
                bytesOf(T, first),
                bytes.ptr,
                bytes.len,
                timeout orelse forever,
            ));
        }
    };
}

/// A step of what is submitted: made by `launch` of a `Function`, and by `write`, `copy` and `fill`. What
/// it writes must be there until it is submitted or made a plan.
pub const Command = union(enum) {
    launch: Launch,
    other: raw.Command,

    const Launch = struct {
        function: []const u8,
        items: u32,
        arguments: marking.Arguments,
        fuel: ?u64 = null,
    };

    /// A launch with so much fuel for each item: turns of loops, and calls of functions.
    pub fn withFuel(command: Command, fuel: u64) Command {
        var other = command;
        other.launch.fuel = fuel;
        return other;
    }

    fn toRaw(command: *const Command) raw.Command {
        const launch = switch (command.*) {
            .launch => |*launch| launch,
            .other => |other| return other,
        };
        return .{ .kind = .launch, .value = .{ .launch = .{
            .function = launch.function.ptr,
            .function_length = launch.function.len,
            .items = launch.items,
            .arguments = &launch.arguments.list,
            .count = launch.arguments.count,
            .fuel = .{ .is_some = launch.fuel != null, .units = launch.fuel orelse 0 },
        } } };
    }
};

/// A launch of a function by its name, which takes nothing but the item.
pub fn launchNamed(function: []const u8, items: u32) Command {
    return .{ .launch = .{ .function = function, .items = items, .arguments = .{} } };
}

/// Elements that go to a buffer, from this one on: `write(&x, 0, &.{ 1, 2 })`. All that one submission writes
/// must fit into a message, 1 MiB by default; more is a trap, and is for `write` of the buffer.
pub fn write(to: anytype, first: usize, elements: []const @TypeOf(to.*).Element) Command {
    const bytes = std.mem.sliceAsBytes(elements);
    return .{ .other = .{ .kind = .write, .value = .{ .write = .{
        .to = to.held,
        .offset = bytesOf(@TypeOf(to.*).Element, first),
        .bytes = bytes.ptr,
        .length = bytes.len,
    } } } };
}

/// So many elements that go from one buffer to another of its type, or within one, as if through a third.
pub fn copy(
    to: anytype,
    to_first: usize,
    from: @TypeOf(to),
    from_first: usize,
    length: usize,
) Command {
    const T = @TypeOf(to.*).Element;
    return .{ .other = .{ .kind = .copy, .value = .{ .copy = .{
        .to = to.held,
        .to_offset = bytesOf(T, to_first),
        .from = from.held,
        .from_offset = bytesOf(T, from_first),
        .length = bytesOf(T, length),
    } } } };
}

/// A byte that fills so many elements, from this one on.
pub fn fill(to: anytype, first: usize, length: usize, byte: u8) Command {
    const T = @TypeOf(to.*).Element;
    return .{ .other = .{ .kind = .fill, .value = .{ .fill = .{
        .to = to.held,
        .offset = bytesOf(T, first),
        .length = bytesOf(T, length),
        .byte = byte,
    } } } };
}

/// What becomes of two elements.
pub const Operator = enum(u8) { sum, product, minimum, maximum };

/// All elements of a buffer, which become one: the first of another.
pub fn reduce(operator: Operator, from: anytype, to: @TypeOf(from)) Command {
    return .{ .other = .{ .kind = .reduce, .value = .{ .reduce = .{
        .kind = kindOf(@TypeOf(from.*).Element),
        .operator = operator,
        .from = from.held,
        .from_offset = 0,
        .count = @intCast(from.length()),
        .to = to.held,
        .to_offset = 0,
    } } } };
}

/// All elements of a buffer, each of which becomes what it makes with all before it. They may go to where
/// they are.
pub fn scan(operator: Operator, from: anytype, to: @TypeOf(from)) Command {
    return .{ .other = .{ .kind = .scan, .value = .{ .scan = .{
        .kind = kindOf(@TypeOf(from.*).Element),
        .operator = operator,
        .exclusive = false,
        .from = from.held,
        .from_offset = 0,
        .count = @intCast(from.length()),
        .to = to.held,
        .to_offset = 0,
    } } } };
}

/// The same without the element itself: the first becomes 0, of a sum.
pub fn exclusiveScan(operator: Operator, from: anytype, to: @TypeOf(from)) Command {
    var command = scan(operator, from, to);
    command.other.value.scan.exclusive = true;
    return command;
}

pub const Order = enum { ascending, descending };

/// All elements of a buffer, which are put in order. Equal ones stay in theirs.
pub fn sort(keys: anytype, order: Order) Command {
    return .{ .other = .{ .kind = .sort, .value = .{ .sort = .{
        .kind = kindOf(@TypeOf(keys.*).Element),
        .descending = order == .descending,
        .keys = keys.held,
        .keys_offset = 0,
        .count = @intCast(keys.length()),
        .values = .{ .is_some = false, .buffer = .{ .handle = 0 }, .offset = 0 },
    } } } };
}

/// The same with as many numbers of 32 bits, which go with the elements.
pub fn sortWith(keys: anytype, values: anytype, order: Order) Command {
    if (@sizeOf(@TypeOf(values.*).Element) != 4) @compileError("the values of a sort have 32 bits");
    var command = sort(keys, order);
    command.other.value.sort.values = .{ .is_some = true, .buffer = values.held, .offset = 0 };
    return command;
}

/// A product of matrices of elements of one type, whose rows lie one behind the other:
/// `c = alpha * a * b + beta * c`, with `a` of `m` rows and `k` columns, and `b` of `k` rows and `n` columns.
pub fn Gemm(comptime T: type) type {
    if (@typeInfo(T) != .float) @compileError("a product of matrices is one of floats");
    return struct {
        m: u32,
        n: u32,
        k: u32,
        alpha: T = 1,
        a: *const Buffer(T),
        /// Whether the rows that lie in its buffer are its columns.
        a_transposed: bool = false,
        b: *const Buffer(T),
        b_transposed: bool = false,
        beta: T = 0,
        c: *const Buffer(T),

        pub fn command(product: @This()) Command {
            return .{ .other = .{ .kind = .gemm, .value = .{ .gemm = .{
                .kind = kindOf(T),
                .m = product.m,
                .n = product.n,
                .k = product.k,
                .alpha = product.alpha,
                .a = .{ .buffer = product.a.held, .transposed = product.a_transposed },
                .b = .{ .buffer = product.b.held, .transposed = product.b_transposed },
                .beta = product.beta,
                .c = .{ .buffer = product.c.held },
            } } } };
        }
    };
}

/// What an operation of the host's takes: integers and floats of 32 or 64 bits.
fn kindOf(comptime T: type) raw.Element {
    return switch (T) {
        i32 => .int32,
        u32 => .uint32,
        i64 => .int64,
        u64 => .uint64,
        f32 => .float32,
        f64 => .float64,
        else => @compileError("an operation takes numbers of 32 or 64 bits"),
    };
}

/// Commands that are checked once and done again and again.
pub const Plan = extern struct {
    handle: i32,

    pub fn deinit(plan: *Plan) void {
        raw.ring_plan_drop(plan);
    }

    /// Has them done so many times, one time behind the other, and returns without waiting for them.
    pub fn run(plan: Plan, times: u32) Error!Event {
        var event: Event = undefined;
        try checked(raw.ring_plan_run(plan, times, &event));
        return event;
    }
};

/// What was submitted. It goes on after `deinit`.
pub const Event = extern struct {
    handle: i32,

    pub fn deinit(event: *Event) void {
        raw.ring_event_drop(event);
    }

    /// How it ended; `error.Timeout` while it goes on.
    pub fn poll(event: Event) Error!Stats {
        var stats: Stats = undefined;
        try checked(raw.ring_event_poll(event, &stats));
        return stats;
    }

    /// Waits for its end for so many nanoseconds; `null`: as long as it takes.
    pub fn wait(event: Event, timeout: ?u64) Error!Stats {
        var stats: Stats = undefined;
        try checked(raw.ring_event_wait(event, timeout orelse forever, &stats));
        return stats;
    }

    /// Ends it where it is, if it still goes on. What it could write is poisoned then.
    pub fn cancel(event: Event) void {
        raw.ring_event_cancel(event);
    }
};

const forever = std.math.maxInt(u64);

/// The bytes of so many elements; of more than there can be, more than the host takes.
fn bytesOf(comptime T: type, elements: usize) u32 {
    return std.math.lossyCast(u32, @as(u64, elements) * @sizeOf(T));
}

fn rawOf(commands: []const Command) Error![]raw.Command {
    const list = std.heap.c_allocator.alloc(raw.Command, commands.len) catch {
        _ = raw.ringhost_compute_refused(.out_of_memory, "there is no memory for the commands");
        return error.OutOfMemory;
    };
    for (list, commands) |*to, *from| to.* = from.toRaw();
    return list;
}
