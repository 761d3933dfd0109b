//! The mean flow of the last ten years, kept in a ring: a stage of kernels/pipelines/nile.toml.

const ringhost = @import("ringhost");
const messages = @import("messages");

pub const panic = ringhost.panic;

var ring: [10]f64 = @splat(0);
var seen: usize = 0;

fn mean(message: ringhost.Message, replies: *ringhost.Replies) !void {
    var year = try message.read(messages.Year);
    ring[seen % ring.len] = year.flow;
    seen += 1;
    const held = ring[0..@min(seen, ring.len)];
    var sum: f64 = 0;
    for (held) |flow| sum += flow;
    year.mean = sum / @as(f64, @floatFromInt(held.len));
    try replies.pushValue(year);
}

comptime {
    ringhost.serve(mean);
}
