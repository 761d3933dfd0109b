//! Reads a value of every type and writes it again: for the tests. What is no such value is answered
//! with the words that say so.

const ringhost = @import("ringhost");
const messages = @import("messages");

pub const panic = ringhost.panic;

fn mirror(message: ringhost.Message, replies: *ringhost.Replies) !void {
    const everything = message.read(messages.Everything) catch |problem| {
        return replies.push(ringhost.errorText(problem));
    };
    try replies.pushValue(everything);
}

comptime {
    ringhost.serve(mirror);
}
