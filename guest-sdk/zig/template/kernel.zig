//! The kernel {{name}}: says how long texts are.

const std = @import("std");
const ringhost = @import("ringhost");
const messages = @import("messages");

pub const panic = ringhost.panic;
pub const std_options: std.Options = .{ .logFn = ringhost.logFn };

/// What is kept outside of the function lives as long as the kernel.
var texts: u64 = 0;

fn measure(message: ringhost.Message, replies: *ringhost.Replies) !void {
    const request = try message.read(messages.Request);
    const characters = try std.unicode.utf8CountCodepoints(request.text);
    texts += 1;
    try replies.pushValue(messages.Response{ .characters = @intCast(characters), .texts = texts });
}

comptime {
    // A loop that calls the function with each message; ringhost.handler makes a handler.
    ringhost.serve(measure);
}
