//! Doubles numbers: the first kernel to read.

const ringhost = @import("ringhost");
const messages = @import("messages");

pub const panic = ringhost.panic;

fn doubler(message: ringhost.Message, replies: *ringhost.Replies) !void {
    const request = try message.read(messages.Request);
    // Wrapping around where that is out of range.
    try replies.pushValue(messages.Response{ .result = request.value *% 2 });
}

comptime {
    ringhost.serve(doubler);
}
