//! Does what a message asks of the host's devices, and answers how it ended: what the tests ask the SDK.

const std = @import("std");
const ringhost = @import("ringhost");

const compute = ringhost.compute;

pub const panic = ringhost.panic;

const room = 4 << 20;

/// More than a test waits for.
const endless = 1 << 36;

fn doubled(item: u32, x: []const u32, y: compute.Out(u32)) void {
    y.elements[item] = 2 * x[item];
}

fn add(item: u32, by: u32, y: []u32) void {
    y[item] += by;
}

/// Each but the first three reaches for an element that is not there.
fn outside(item: u32, y: []u32) void {
    y[if (item >= 3) item + 1 else item] = item;
}

fn spin(item: u32, y: []u32) void {
    while (@as(*volatile u32, &y[item]).* == 0) {}
}

/// Of numbers made from the item, sorted in an array on the stack, the one in the middle.
fn median(item: u32, y: compute.Out(u32)) void {
    var sorted: [63]u32 = undefined;
    var number = item;
    for (&sorted) |*made| {
        number = number *% 1664525 +% 1013904223;
        made.* = number;
    }
    std.mem.sortUnstable(u32, &sorted, {}, std.sort.asc(u32));
    y.elements[item] = sorted[31];
}

/// Every type of number, each at its own place.
fn numbers(_: u32, a: i32, b: u64, c: f32, d: f64, e: u32, y: compute.Out(f64)) void {
    const thousands = 1000 * d + 10000 * @as(f64, @floatFromInt(e));
    y.elements[0] = @as(f64, @floatFromInt(a)) + @as(f64, @floatFromInt(10 * b)) + 100 * c + thousands;
}

/// The sums of all messages by now. Its first number may not be a hundred.
fn summed(item: u32, x: []const u32, sums: []u32, y: compute.Out(u32)) void {
    if (x[0] == 100) @panic("a hundred");
    sums[item] += x[item];
    y.elements[item] = sums[item];
}

const Double = compute.Function("doubled", doubled, .{});
const Add = compute.Function("add", add, .{});
const Outside = compute.Function("outside", outside, .{});
const Spin = compute.Function("spin", spin, .{ .fuel = 1000 });
const Median = compute.Function("median", median, .{});
const Numbers = compute.Function("numbers", numbers, .{});
const Total = compute.Function("total", summed, .{});

var line: [512]u8 = undefined;

fn told(comptime format: []const u8, values: anytype) []const u8 {
    return std.fmt.bufPrint(&line, format, values) catch &line;
}

/// How it ended, with what a trap says.
fn ended(result: anytype) []const u8 {
    if (result) |_| return "ok" else |problem| switch (@as(compute.Error, problem)) {
        error.Invalid => return "invalid",
        error.NoDevice => return "no device",
        error.OutOfMemory => return "out of memory",
        error.Quota => return "quota",
        error.Trap => {},
        error.Poisoned => return "poisoned",
        error.Cancelled => return "cancelled",
        error.Timeout => return "timeout",
        error.Terminating => return "terminating",
        error.DeviceLost => return "device lost",
    }
    const trap = compute.failure();
    const code = switch (trap.code) {
        .out_of_fuel => "out of fuel",
        else => |code| @tagName(code),
    };
    const buffer = ringhost.scratch.alloc(u8, 128) catch return "";
    return std.fmt.bufPrint(buffer, "trap {s} in {s} at {d}", .{ code, trap.function, trap.item }) catch "";
}

/// A space with a buffer of so many numbers, which count up from 1.
const Counted = struct {
    space: compute.Space,
    buffer: compute.Buffer(u32),

    fn init(length: usize) !Counted {
        const values = try std.heap.c_allocator.alloc(u32, length);
        defer std.heap.c_allocator.free(values);
        for (values, 1..) |*value, number| value.* = @intCast(number);
        var space = try compute.Space.init(null, room);
        errdefer space.deinit();
        return .{ .space = space, .buffer = try space.buffer(u32, values) };
    }

    fn deinit(counted: *Counted) void {
        counted.buffer.deinit();
        counted.space.deinit();
    }
};

fn sum(buffer: compute.Buffer(u32)) !u64 {
    const values = try std.heap.c_allocator.alloc(u32, buffer.length());
    defer std.heap.c_allocator.free(values);
    try buffer.read(0, values, null);
    var total: u64 = 0;
    for (values) |value| total += value;
    return total;
}

fn runDouble(length: u32) ![]const u8 {
    var x = try Counted.init(length);
    defer x.deinit();
    var y = try x.space.allocate(u32, length);
    defer y.deinit();
    const stats = try x.space.run(&.{Double.launch(length, .{ &x.buffer, &y })});
    return told("{d} of {d}", .{ try sum(y), stats.items });
}

fn runMedian(items: u32) ![]const u8 {
    var y = try Counted.init(items);
    defer y.deinit();
    _ = try y.space.run(&.{Median.launch(items, .{&y.buffer})});
    return told("{d}", .{try sum(y.buffer)});
}

/// Filled, written, copied and launched in one submission.
fn runBatch() ![]const u8 {
    var x = try Counted.init(4);
    defer x.deinit();
    var y = try x.space.allocate(u32, 4);
    defer y.deinit();
    _ = try x.space.run(&.{
        compute.fill(&x.buffer, 0, 4, 1),
        compute.write(&x.buffer, 1, &.{7}),
        compute.copy(&y, 0, &x.buffer, 1, 2),
        Add.launch(4, .{ 1, &y }),
    });
    var values: [4]u32 = undefined;
    try y.read(0, &values, null);
    return told("{d} {d} {d} {d}", .{ values[0], values[1], values[2], values[3] });
}

fn runNumbers() ![]const u8 {
    var space = try compute.Space.init(null, room);
    defer space.deinit();
    var y = try space.allocate(f64, 1);
    defer y.deinit();
    _ = try space.run(&.{Numbers.launch(1, .{ -1, 2, 3, 4.5, 5, &y })});
    var value: [1]f64 = undefined;
    try y.read(0, &value, null);
    return told("{d}", .{value[0]});
}

fn runPlan(times: u32) ![]const u8 {
    var y = try Counted.init(1);
    defer y.deinit();
    const once = Add.launch(1, .{ 1, &y.buffer });
    var plan = try y.space.plan(&.{ once, once });
    defer plan.deinit();
    var event = try plan.run(times);
    defer event.deinit();
    _ = try event.wait(null);
    return told("{d}", .{try sum(y.buffer)});
}

/// A launch that fails, what there is to be read after it, and when it was written whole.
fn runFailing(is_endless: bool) ![]const u8 {
    var y = try Counted.init(4);
    defer y.deinit();
    var values: [4]u32 = .{ 1, 1, 0, 0 };
    try y.buffer.write(0, &values);
    const launch = if (is_endless) Spin.launch(4, .{&y.buffer}) else Outside.launch(4, .{&y.buffer});
    const failed = ended(y.space.run(&.{launch}));
    const read = ended(y.buffer.read(0, &values, null));
    try y.buffer.write(0, &values);
    return told("{s}, {s}, {s}", .{ failed, read, ended(y.buffer.read(0, &values, null)) });
}

/// A launch that does not end: polled, waited for, cancelled.
fn runEndless() ![]const u8 {
    var y = try Counted.init(1);
    defer y.deinit();
    var zero = [1]u32{0};
    try y.buffer.write(0, &zero);
    var event = try y.space.submit(&.{Spin.launch(1, .{&y.buffer}).withFuel(endless)});
    defer event.deinit();
    const polled = ended(event.poll());
    const waited = ended(event.wait(std.time.ns_per_ms));
    const read = ended(y.buffer.read(0, &zero, std.time.ns_per_ms));
    event.cancel();
    return told("{s}, {s}, {s}, {s}", .{ polled, waited, read, ended(event.wait(null)) });
}

/// A buffer outlives its space; one that was dropped is none.
fn runDropped() ![]const u8 {
    var y = try Counted.init(3);
    y.space.deinit();
    const total = try sum(y.buffer);
    y.buffer.deinit();
    y.buffer.deinit();
    const read = ended(y.buffer.read(0, &.{}, null));
    var space = try compute.Space.init(null, room);
    defer space.deinit();
    const fill = ended(space.run(&.{compute.fill(&y.buffer, 0, 1, 0)}));
    return told("{d}, {s}, {s}", .{ total, read, fill });
}

/// What was dropped, by a copy of its handle.
fn runFreed() ![]const u8 {
    var y = try Counted.init(1);
    const copy = y.buffer;
    y.deinit();
    return told("{d}", .{copy.length()});
}

fn runUnknown() ![]const u8 {
    var y = try Counted.init(1);
    defer y.deinit();
    const status = ended(y.space.run(&.{compute.launchNamed("nothing", 1)}));
    return told("{s}: {s}", .{ status, compute.failure().words });
}

/// What the host does by itself, in one submission.
fn runOperations() ![]const u8 {
    var space = try compute.Space.init(null, room);
    defer space.deinit();
    var x = try space.buffer(f32, &.{ 3, 1, 2 });
    defer x.deinit();
    var places = try space.buffer(u32, &.{ 0, 1, 2 });
    defer places.deinit();
    var factors = try space.buffer(f64, &.{ 1, 2, 3, 4, 5, 6 });
    defer factors.deinit();
    var y = try space.allocate(f32, 1);
    defer y.deinit();
    var z = try space.allocate(f32, 3);
    defer z.deinit();
    var product = try space.allocate(f64, 4);
    defer product.deinit();
    const gemm: compute.Gemm(f64) = .{
        .m = 2,
        .n = 2,
        .k = 3,
        .alpha = 2,
        .a = &factors,
        .b = &factors,
        .b_transposed = true,
        .c = &product,
    };
    _ = try space.run(&.{
        compute.reduce(.sum, &x, &y),
        compute.scan(.sum, &x, &z),
        compute.sortWith(&x, &places, .descending),
        gemm.command(),
    });
    var one: [1]f32 = undefined;
    var sums: [3]f32 = undefined;
    var order: [3]u32 = undefined;
    var c: [4]f64 = undefined;
    try y.read(0, &one, null);
    try z.read(0, &sums, null);
    try places.read(0, &order, null);
    try product.read(0, &c, null);
    return told("{d}; {d} {d} {d}; {d} {d} {d}; {d} {d} {d} {d}", .{
        one[0],
        sums[0],
        sums[1],
        sums[2],
        order[0],
        order[1],
        order[2],
        c[0],
        c[1],
        c[2],
        c[3],
    });
}

/// What a resident answers next, in words that are told until all is done.
fn heard(sums: compute.Resident(u32, u32), timeout: ?u64) ![]const u8 {
    var y: [4]u32 = undefined;
    sums.receive(&y, timeout) catch |problem| return ended(@as(compute.Error!void, problem));
    const words = try ringhost.scratch.alloc(u8, 64);
    return std.fmt.bufPrint(words, "{d} {d} {d} {d}", .{ y[0], y[1], y[2], y[3] }) catch words;
}

fn sent(sums: compute.Resident(u32, u32), message: []const u32) ![]const u8 {
    return if (try sums.send(message)) "sent" else "full";
}

/// A function that stays: its room, its state, a pause, a trap, its end.
fn runResident() ![]const u8 {
    const values = [_]u32{ 1, 2, 3, 4 };
    var space = try compute.Space.init(null, room);
    defer space.deinit();
    var in = try space.allocate(u32, 4);
    defer in.deinit();
    var kept = try space.allocate(u32, 4);
    defer kept.deinit();
    var out = try space.allocate(u32, 4);
    defer out.deinit();
    var sums = try space.reside(Total.launch(4, .{ &in, &kept, &out }), &in, &out, 2);
    const room_for = .{ try sent(sums, &values), try sent(sums, &values), try sent(sums, &values) };
    const answers = .{ try heard(sums, null), try heard(sums, null), try heard(sums, null) };
    sums.pause();
    _ = try sent(sums, &.{10});
    const paused = try heard(sums, std.time.ns_per_ms);
    try sums.unpause();
    const unpaused = try heard(sums, null);
    var last: [4]u32 = undefined;
    try sums.ask(&.{}, &last);
    const items = sums.stats().items;
    _ = try sent(sums, &.{100});
    const trapped = try heard(sums, null);
    sums.stop();
    sums.deinit();
    return told("{s} {s} {s}, {s}, {s}, {s}, {s}, {s}, {d} of {d}, {s}, {s}", room_for ++ answers ++ .{
        paused, unpaused, last[0], items, trapped, try heard(sums, null),
    });
}

fn runDevices() ![]const u8 {
    var space = try compute.Space.init(.cpu, 1);
    defer space.deinit();
    var buffer: [8]compute.Device = undefined;
    const devices = compute.devices(&buffer);
    const own = try space.device();
    const is_named = own.name().len > 0 and own.kind == .cpu;
    return if (is_named and devices[devices.len - 1].kind == .cpu) "cpu" else "none";
}

fn obey(message: ringhost.Message, replies: *ringhost.Replies) !void {
    const Word = enum { double, median, batch, numbers, plan, fail, endless, dropped, freed, unknown, operations, resident, devices };
    var words = std.mem.splitScalar(u8, message.bytes, ' ');
    const word = std.meta.stringToEnum(Word, words.first()) orelse .devices;
    const number = if (words.next()) |text| try std.fmt.parseInt(u32, text, 10) else 0;
    const answer = switch (word) {
        .double => runDouble(number),
        .median => runMedian(number),
        .batch => runBatch(),
        .numbers => runNumbers(),
        .plan => runPlan(number),
        .fail => runFailing(number == 1),
        .endless => runEndless(),
        .dropped => runDropped(),
        .freed => runFreed(),
        .unknown => runUnknown(),
        .operations => runOperations(),
        .resident => runResident(),
        .devices => runDevices(),
    };
    replies.push(answer catch |problem| return compute.fail(problem));
}

comptime {
    ringhost.serve(obey);
}
