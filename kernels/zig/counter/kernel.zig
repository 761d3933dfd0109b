//! Adds up: a handler with a state that the host can take out and put into another kernel.

const std = @import("std");
const ringhost = @import("ringhost");

pub const panic = ringhost.panic;

var total: i64 = 0;

fn count(message: ringhost.Message, replies: *ringhost.Replies) !void {
    if (std.mem.cutPrefix(u8, message.bytes, "fail ")) |words| {
        return ringhost.fail("{s}", .{words});
    }
    const amount = std.mem.cutPrefix(u8, message.bytes, "add ") orelse {
        replies.push(message.bytes);
        return;
    };
    total += try std.fmt.parseInt(i64, amount, 10);
    var text: [24]u8 = undefined;
    replies.push(try std.fmt.bufPrint(&text, "{d}", .{total}));
}

fn snapshot(state: *ringhost.State) !void {
    var text: [24]u8 = undefined;
    state.write(try std.fmt.bufPrint(&text, "{d}", .{total}));
}

fn restore(bytes: []const u8) !void {
    total = std.fmt.parseInt(i64, bytes, 10) catch {
        return ringhost.fail("{s} is no total", .{bytes});
    };
}

comptime {
    ringhost.handler(count);
    ringhost.state(snapshot, restore);
}
