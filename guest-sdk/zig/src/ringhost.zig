//! What a kernel in Zig sees of its host.
//!
//! A kernel names its function at the top level of its file, once:
//! - `comptime { ringhost.serve(handle); }`: a loop that calls `handle` with each message;
//! - `comptime { ringhost.loop(run); }`: a loop of its own, which calls `receive`;
//! - `comptime { ringhost.handler(handle); }`: no loop. The host calls `handle` with messages, and
//!   between two calls the kernel has no stack: best for one of very many that are mostly idle.
//!   `ringhost.state(snapshot, restore);` beside it lets the host take its state out.
//!
//! Beside it, `pub const panic = ringhost.panic;` has a panic's words logged, and
//! `pub const std_options: std.Options = .{ .logFn = ringhost.logFn };` what std.log is given.

const std = @import("std");

pub const compute = @import("compute.zig");
pub const typed = @import("typed.zig");

/// Four bands. Within a band the order of sending is kept; a higher band is received first.
pub const Priority = enum(c_uint) { low, normal, high, urgent };

/// A message as the kernel receives it. Its bytes stay until the kernel receives again.
pub const Message = struct {
    /// Unique among all messages of the host.
    id: u64,
    /// The exchange it belongs to. An answer carries on the correlation of what it answers.
    correlation: u64,
    priority: Priority,
    bytes: []const u8,

    /// Its bytes as a type of messages.json. What that points to is in `scratch`.
    pub fn read(message: Message, comptime T: type) error{Failed}!T {
        var fault: typed.Fault = .{};
        return typed.read(T, message.bytes, scratch, &fault) catch
            return fail("message {d} is no {s}: {s}", .{ message.id, typed.shortName(T), fault.words });
    }

    fn of(raw: *const RawMessage) Message {
        return .{
            .id = raw.id,
            .correlation = raw.correlation,
            .priority = raw.priority,
            .bytes = raw.bytes[0..raw.length],
        };
    }

    fn toRaw(message: Message) RawMessage {
        return .{
            .id = message.id,
            .correlation = message.correlation,
            .priority = message.priority,
            .bytes = message.bytes.ptr,
            .length = message.bytes.len,
        };
    }
};

/// A message as the kernel sends it.
pub const Outgoing = struct {
    bytes: []const u8,
    /// What it answers, by its correlation and priority; `null` for the message received last. Of a
    /// message that is answered later a copy is enough, whose bytes may be gone.
    answers: ?Message = null,
};

/// What a function answers to the message in hand. It is sent when the function has returned.
pub const Replies = opaque {
    /// Adds a reply, which is copied.
    pub fn push(replies: *Replies, bytes: []const u8) void {
        ring_reply(replies, bytes.ptr, bytes.len);
    }

    /// Adds a value of a type of messages.json.
    pub fn pushValue(replies: *Replies, value: anytype) error{Failed}!void {
        replies.push(try encode(value));
    }
};

pub const ReceiveError = error{
    /// Nothing came for the whole timeout.
    Timeout,
    /// Nothing will ever come: return from the kernel.
    Closed,
    /// The host asked the kernel to end: return from the kernel.
    Terminating,
};

pub const SendError = error{
    /// There was no room for the whole timeout.
    Timeout,
    /// Nothing is taken any more.
    Closed,
    /// The host asked the kernel to end, and there is no room.
    Terminating,
    /// The output queue is full, and the host set it to refuse at once.
    Full,
    /// The message is larger than the host's limit, 1 MiB unless that was changed.
    TooLarge,
};

/// Takes the next message, waiting for so many nanoseconds; `null`: as long as it takes. Not in a
/// handler.
pub fn receive(timeout: ?u64) ReceiveError!Message {
    var message: RawMessage = undefined;
    try received(ring_receive(&message, timeout orelse forever));
    return Message.of(&message);
}

/// Takes messages into a buffer, as many as it has room for, waiting for the first. Returns those that
/// came. Not in a handler.
pub fn receiveBatch(buffer: []Message, timeout: ?u64) ReceiveError![]Message {
    const raw = allocate(RawMessage, buffer.len);
    defer allocator.free(raw);
    var count: usize = 0;
    const max = std.math.lossyCast(u32, buffer.len);
    try received(ring_receive_batch(raw.ptr, max, &count, timeout orelse forever));
    for (buffer[0..count], raw[0..count]) |*message, *from| message.* = Message.of(from);
    return buffer[0..count];
}

/// Sends bytes as an answer to a message (`null`: to the one received last), waiting for room for so
/// many nanoseconds (`null`: as long as it takes).
pub fn send(bytes: []const u8, answers: ?Message, timeout: ?u64) SendError!void {
    var answered: RawMessage = undefined;
    if (answers) |message| answered = message.toRaw();
    const outgoing: RawOutgoing = .{
        .bytes = bytes.ptr,
        .length = bytes.len,
        .answers = if (answers == null) null else &answered,
    };
    try sent(ring_send_within(&outgoing, timeout orelse forever));
}

/// Sends messages in their order, waiting for room for each as `send` does. Returns how many were
/// taken, from the front: fewer than given where one was refused. Where that is the first, it is the
/// error.
pub fn sendBatch(messages: []const Outgoing, timeout: ?u64) SendError!usize {
    const answered = allocate(RawMessage, messages.len);
    defer allocator.free(answered);
    const outgoing = allocate(RawOutgoing, messages.len);
    defer allocator.free(outgoing);
    for (messages, answered, outgoing) |message, *answers, *raw| {
        if (message.answers) |request| answers.* = request.toRaw();
        raw.* = .{
            .bytes = message.bytes.ptr,
            .length = message.bytes.len,
            .answers = if (message.answers == null) null else answers,
        };
    }
    var taken: usize = 0;
    try sent(ring_send_batch(outgoing.ptr, outgoing.len, &taken, timeout orelse forever));
    return taken;
}

/// A value of a type of messages.json as bytes, in `scratch`.
pub fn encode(value: anytype) error{Failed}![]u8 {
    var fault: typed.Fault = .{};
    return typed.write(value, scratch, &fault) catch |problem| return fail("the value is no {s}: {s}", .{
        typed.shortName(@TypeOf(value)),
        if (problem == error.OutOfMemory) "needs more memory than there is" else fault.words,
    });
}

/// Memory that lasts until the kernel receives again, in a handler until it returns. Nothing is to be
/// freed.
pub const scratch: std.mem.Allocator = .{ .ptr = undefined, .vtable = &.{
    .alloc = scratchAlloc,
    .resize = std.mem.Allocator.noResize,
    .remap = std.mem.Allocator.noRemap,
    .free = std.mem.Allocator.noFree,
} };

fn scratchAlloc(_: *anyopaque, length: usize, _: std.mem.Alignment, _: usize) ?[*]u8 {
    return ring_scratch(length);
}

/// The name under which the host launched this kernel.
pub fn kernelId() []const u8 {
    return std.mem.span(ring_kernel_id());
}

/// Whether the host asked the kernel to end. Look at it once a turn of a long loop.
pub fn shouldTerminate() bool {
    return ring_should_terminate();
}

/// False while the host has the kernel paused.
pub fn isActive() bool {
    return ring_is_active();
}

/// Waits until the kernel is active; false if it is asked to end.
pub fn waitActive() bool {
    return ring_wait_active() == .ok;
}

pub const Level = enum(c_uint) { trace, debug, info, warn, err };

/// Logs a line for the host's operator. It is cut after 1024 bytes.
pub fn log(level: Level, comptime format: []const u8, values: anytype) void {
    var line: [1024]u8 = undefined;
    ring_log(level, cut(&line, format, values).ptr);
}

/// A text as far as there is room for it.
fn cut(buffer: []u8, comptime format: []const u8, values: anytype) [:0]const u8 {
    return std.fmt.bufPrintSentinel(buffer, format, values, 0) catch {
        buffer[buffer.len - 1] = 0;
        return buffer[0 .. buffer.len - 1 :0];
    };
}

/// For std.log: what it is given goes to the host's log.
pub fn logFn(
    comptime level: std.log.Level,
    comptime scope: @EnumLiteral(),
    comptime format: []const u8,
    values: anytype,
) void {
    const prefix = if (scope == .default) "" else @tagName(scope) ++ ": ";
    log(switch (level) {
        .debug => .debug,
        .info => .info,
        .warn => .warn,
        .err => .err,
    }, prefix ++ format, values);
}

/// An error with words of its own: `return ringhost.fail("{s} is no number", .{text});`. They are cut
/// after 1024 bytes. An error without is told by its name.
pub fn fail(comptime format: []const u8, values: anytype) error{Failed} {
    failure = cut(&failure_buffer, format, values);
    return error.Failed;
}

/// What is told of an error.
pub fn errorText(problem: anyerror) [:0]const u8 {
    return if (problem == error.Failed) failure else @errorName(problem);
}

var failure_buffer: [1024]u8 = undefined;
var failure: [:0]const u8 = "failed";

/// Logs a panic's words and ends the kernel.
pub const panic = std.debug.FullPanic(logPanic);

fn logPanic(words: []const u8, _: ?usize) noreturn {
    log(.err, "panicked: {s}", .{words});
    @trap();
}

/// Makes a function the kernel: `fn (Message, *Replies) !void`, which is called with each message. Its
/// error ends the kernel.
pub fn serve(comptime handle: anytype) void {
    const Entry = struct {
        fn one(message: *const RawMessage, replies: *Replies) callconv(.c) ?[*:0]const u8 {
            return ended(handle(Message.of(message), replies));
        }
        fn all() callconv(.c) ?[*:0]const u8 {
            return ring_serve(&one);
        }
    };
    @export(&Entry.all, .{ .name = "ringhost_loop" });
}

/// Makes a function the kernel: `fn () !void`, a loop of its own. Its error ends the kernel, unless it
/// says that there is nothing more to do.
pub fn loop(comptime run: anytype) void {
    const Entry = struct {
        fn all() callconv(.c) ?[*:0]const u8 {
            return ended(run());
        }
    };
    @export(&Entry.all, .{ .name = "ringhost_loop" });
}

/// Makes a function the kernel: `fn (Message, *Replies) !void`, which the host calls.
pub fn handler(comptime handle: anytype) void {
    const Entry = struct {
        fn one(message: *const RawMessage, replies: *Replies) callconv(.c) ?[*:0]const u8 {
            return ended(handle(Message.of(message), replies));
        }
    };
    @export(&Entry.one, .{ .name = "ringhost_handle" });
}

/// A handler's state, while it is taken out.
pub const State = opaque {
    /// Adds bytes to it, which are copied.
    pub fn write(to: *State, bytes: []const u8) void {
        ring_state_write(to, bytes.ptr, bytes.len);
    }
};

/// Gives a handler a state that the host can take out and put into another: `fn (*State) !void` writes
/// it, in a form of the kernel's own, and `fn ([]const u8) !void` takes on such bytes, before the first
/// message. Its error keeps the kernel from being launched.
pub fn state(comptime snapshot: anytype, comptime restore: anytype) void {
    const Entry = struct {
        fn out(to: *State) callconv(.c) ?[*:0]const u8 {
            return told(snapshot(to));
        }
        fn in(bytes: [*]const u8, length: usize) callconv(.c) ?[*:0]const u8 {
            return told(restore(bytes[0..length]));
        }
    };
    @export(&Entry.out, .{ .name = "ringhost_snapshot" });
    @export(&Entry.in, .{ .name = "ringhost_restore" });
}

/// As words for the operator, an error that ends a kernel.
fn ended(result: anytype) ?[*:0]const u8 {
    result catch |problem| {
        if (problem == error.Closed or problem == error.Terminating) return null;
        return told(@as(@TypeOf(result), problem));
    };
    return null;
}

fn told(result: anytype) ?[*:0]const u8 {
    result catch |problem| {
        return errorText(problem).ptr;
    };
    return null;
}

fn received(status: Status) ReceiveError!void {
    return switch (status) {
        .ok => {},
        .timeout => error.Timeout,
        .closed => error.Closed,
        else => error.Terminating,
    };
}

fn sent(status: Status) SendError!void {
    return switch (status) {
        .ok => {},
        .timeout => error.Timeout,
        .closed => error.Closed,
        .terminating => error.Terminating,
        .full => error.Full,
        .too_large => error.TooLarge,
    };
}

const allocator = std.heap.c_allocator;

fn allocate(comptime T: type, count: usize) []T {
    return allocator.alloc(T, count) catch @panic("there is no memory for a batch");
}

const forever = std.math.maxInt(u64);

const Status = enum(c_uint) { ok, timeout, closed, terminating, full, too_large };

/// As ringhost.h has them.
const RawMessage = extern struct {
    id: u64,
    correlation: u64,
    priority: Priority,
    bytes: [*]const u8,
    length: usize,
};

const RawOutgoing = extern struct {
    bytes: [*]const u8,
    length: usize,
    answers: ?*const RawMessage,
};

extern fn ring_receive(message: *RawMessage, timeout: u64) Status;
extern fn ring_receive_batch(
    messages: [*]RawMessage,
    max: u32,
    count: *usize,
    timeout: u64,
) Status;
extern fn ring_send_batch(
    messages: [*]const RawOutgoing,
    count: usize,
    taken: *usize,
    timeout: u64,
) Status;
extern fn ring_state_write(to: *State, bytes: [*]const u8, length: usize) void;
extern fn ring_send_within(message: *const RawOutgoing, timeout: u64) Status;
extern fn ring_reply(replies: *Replies, bytes: [*]const u8, length: usize) void;
extern fn ring_serve(
    handle: *const fn (*const RawMessage, *Replies) callconv(.c) ?[*:0]const u8,
) ?[*:0]const u8;
extern fn ring_kernel_id() [*:0]const u8;
extern fn ring_scratch(size: usize) ?[*]u8;
extern fn ring_should_terminate() bool;
extern fn ring_is_active() bool;
extern fn ring_wait_active() Status;
extern fn ring_log(level: Level, text: [*:0]const u8) void;
