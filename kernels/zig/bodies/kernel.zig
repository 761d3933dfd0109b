//! Bodies that attract each other, on a GPU or on all CPU cores, a body an item: answers what they are
//! after so many steps. A step is two launches, which are checked once and run again and again as a plan.

const std = @import("std");
const ringhost = @import("ringhost");
const messages = @import("messages");

const compute = ringhost.compute;

pub const panic = ringhost.panic;

/// Keeps bodies that meet from being infinitely near.
const softening = 1e-9;

/// A body is pulled by all others. Places and speeds are three numbers a body.
fn pull(item: u32, step: f64, mass: []const f64, place: []const f64, speed: []f64) void {
    const here = place[3 * item ..][0..3];
    var change: [3]f64 = @splat(0);
    for (mass, 0..) |other_mass, other| {
        const there = place[3 * other ..][0..3];
        var way: [3]f64 = undefined;
        for (&way, there, here) |*w, t, h| w.* = t - h;
        const square = way[0] * way[0] + way[1] * way[1] + way[2] * way[2] + softening;
        const strength = other_mass / (square * @sqrt(square));
        for (&change, way) |*c, w| c.* += strength * w;
    }
    for (speed[3 * item ..][0..3], change) |*s, c| s.* += step * c;
}

fn move(item: u32, step: f64, speed: []const f64, place: []f64) void {
    for (place[3 * item ..][0..3], speed[3 * item ..][0..3]) |*p, s| p.* += step * s;
}

const Pull = compute.Function("pull", pull, .{});
const Move = compute.Function("move", move, .{});

fn answer(message: ringhost.Message, replies: *ringhost.Replies) !void {
    const request = try message.read(messages.Request);
    try replies.pushValue(moved(request) catch |problem| return compute.fail(problem));
}

fn moved(request: messages.Request) compute.Error!messages.Output {
    const bodies = request.bodies;
    const masses = try ringhost.scratch.alloc(f64, bodies.len);
    const places = try ringhost.scratch.alloc([3]f64, bodies.len);
    const speeds = try ringhost.scratch.alloc([3]f64, bodies.len);
    for (bodies, masses, places, speeds) |body, *mass, *place, *speed| {
        mass.* = body.mass;
        place.* = body.place;
        speed.* = body.speed;
    }
    // Each buffer begins at a multiple of 256.
    var space = try compute.Space.init(null, bodies.len * 7 * @sizeOf(f64) + 3 * 256);
    defer space.deinit();
    var mass = try space.buffer(f64, masses);
    defer mass.deinit();
    var place = try space.buffer(f64, @ptrCast(places));
    defer place.deinit();
    var speed = try space.buffer(f64, @ptrCast(speeds));
    defer speed.deinit();

    var plan = try space.plan(&.{
        Pull.launch(bodies.len, .{ request.step, &mass, &place, &speed }),
        Move.launch(bodies.len, .{ request.step, &speed, &place }),
    });
    defer plan.deinit();
    var steps = try plan.run(request.steps);
    defer steps.deinit();
    _ = try steps.wait(null);
    try place.read(0, @ptrCast(places), null);
    try speed.read(0, @ptrCast(speeds), null);
    const after = try ringhost.scratch.dupe(messages.Body, bodies);
    for (after, places, speeds) |*body, p, s| {
        body.place = .{ p[0], p[1], p[2] };
        body.speed = .{ s[0], s[1], s[2] };
    }
    return after;
}

comptime {
    ringhost.serve(answer);
}
