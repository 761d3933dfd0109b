//! Does what a message asks: all that a kernel in Zig can do, a command each. The same kernel is there in
//! every language, and one suite tries them all.

const std = @import("std");
const ringhost = @import("ringhost");

const Message = ringhost.Message;
const allocator = std.heap.c_allocator;

pub const panic = ringhost.panic;
pub const std_options: std.Options = .{ .logFn = ringhost.logFn };

/// What `keep` keeps.
var kept: ?Message = null;

const Commands = struct {
    pub fn fail(_: Message, words: []const u8) !void {
        return ringhost.fail("{s}", .{words});
    }

    pub fn trap(_: Message, argument: []const u8) !void {
        // Out of bounds, which is a panic.
        std.mem.doNotOptimizeAway(argument[argument.len..][0]);
    }

    pub fn spin(_: Message, _: []const u8) !void {
        while (true) std.mem.doNotOptimizeAway({});
    }

    pub fn poll(_: Message, _: []const u8) !void {
        while (!ringhost.shouldTerminate()) {
            if (!ringhost.isActive()) _ = ringhost.waitActive();
        }
        return error.Over;
    }

    pub fn life(message: Message, _: []const u8) !void {
        const states = .{ ringhost.isActive(), ringhost.shouldTerminate() };
        try answer(message, "active={} terminate={}", states);
    }

    pub fn who(message: Message, _: []const u8) !void {
        try ringhost.send(ringhost.kernelId(), message, null);
    }

    pub fn envelope(message: Message, _: []const u8) !void {
        const values = .{ message.id, message.correlation, @tagName(message.priority) };
        try answer(message, "{d} {d} {s}", values);
    }

    pub fn flood(message: Message, count: []const u8) !void {
        for (0..try number(count)) |at| try answer(message, "{d}", .{at});
    }

    pub fn fill(message: Message, _: []const u8) !void {
        var taken: usize = 0;
        const why = while (true) : (taken += 1) {
            ringhost.send("full", message, 0) catch |why| break why;
        };
        const status = switch (why) {
            error.Timeout => "timeout",
            error.Full => "full",
            else => return why,
        };
        try answer(message, "filled {d} {s}", .{ taken, status });
    }

    pub fn big(message: Message, length: []const u8) !void {
        const bytes = try allocator.alloc(u8, try number(length));
        defer allocator.free(bytes);
        @memset(bytes, 'x');
        ringhost.send(bytes, message, null) catch |why| switch (why) {
            error.TooLarge => try answer(message, "too-large", .{}),
            else => return why,
        };
    }

    pub fn timeout(message: Message, milliseconds: []const u8) !void {
        const limit = @as(u64, try number(milliseconds)) * std.time.ns_per_ms;
        const other = ringhost.receive(limit) catch |why| switch (why) {
            error.Timeout => return answer(message, "timeout", .{}),
            else => return why,
        };
        try ringhost.send(other.bytes, message, null);
    }

    pub fn batch(message: Message, max: []const u8) !void {
        const buffer = try allocator.alloc(Message, try number(max));
        defer allocator.free(buffer);
        const received = try ringhost.receiveBatch(buffer, null);
        const answers = try allocator.alloc(ringhost.Outgoing, received.len);
        defer allocator.free(answers);
        for (answers, received) |*to, other| to.* = .{ .bytes = other.bytes, .answers = other };
        _ = try ringhost.sendBatch(answers, null);
        try answer(message, "batch {d}", .{received.len});
    }

    pub fn keep(message: Message, _: []const u8) !void {
        kept = message;
    }

    pub fn release(message: Message, _: []const u8) !void {
        if (kept) |earlier| try answer(earlier, "released", .{});
        kept = null;
        try answer(message, "release", .{});
    }

    pub fn log(message: Message, argument: []const u8) !void {
        const name, const words = divide(argument);
        const is_error = std.mem.eql(u8, name, "error");
        const level = if (is_error) .err else std.meta.stringToEnum(ringhost.Level, name);
        ringhost.log(level orelse .info, "{s}", .{words});
        try answer(message, "logged", .{});
    }

    pub fn print(message: Message, words: []const u8) !void {
        std.log.info("{s}", .{words});
        try answer(message, "printed", .{});
    }
};

fn answer(message: Message, comptime format: []const u8, values: anytype) !void {
    var text: [128]u8 = undefined;
    try ringhost.send(try std.fmt.bufPrint(&text, format, values), message, null);
}

fn number(text: []const u8) !usize {
    return std.fmt.parseInt(usize, text, 10);
}

/// The first word, and the rest after a space.
fn divide(text: []const u8) struct { []const u8, []const u8 } {
    const space = std.mem.findScalar(u8, text, ' ') orelse return .{ text, "" };
    return .{ text[0..space], text[space + 1 ..] };
}

/// Does what a message asks, or sends it back.
fn obey(message: Message, text: []const u8) !void {
    const name, const argument = divide(text);
    inline for (comptime std.meta.declarations(Commands)) |command| {
        if (std.mem.eql(u8, name, command)) return @field(Commands, command)(message, argument);
    }
    try ringhost.send(text, message, null);
}

fn run() !void {
    while (true) {
        const message = try ringhost.receive(null);
        // A copy, which stays where a command receives another.
        const text = try allocator.dupe(u8, message.bytes);
        defer allocator.free(text);
        obey(message, text) catch |why| {
            const all: anyerror = why;
            return if (all == error.Over) {} else all;
        };
    }
}

comptime {
    ringhost.loop(run);
}
