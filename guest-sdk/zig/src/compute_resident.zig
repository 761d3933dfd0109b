//! Functions that stay on a device.

const std = @import("std");
const compute = @import("compute.zig");
const raw = @import("compute_raw.zig");
const checked = raw.checked;

const Error = compute.Error;

/// A function that stays on its device and answers messages, in their order: `reside` of a `Space` makes it. On a
/// GPU a message costs no launch as long as the next comes soon. What it keeps in other buffers than those of its
/// messages stays from one to the next.
pub fn Resident(comptime In: type, comptime Answer: type) type {
    return extern struct {
        held: raw.Resident,

        const Self = @This();

        /// It ends, as by `stop`.
        pub fn deinit(resident: *Self) void {
            raw.ring_resident_drop(&resident.held);
        }

        /// Sends a message and waits for its answer, or as much of it as there is room for. No other is under
        /// way.
        pub fn ask(resident: Self, message: []const In, answer: []Answer) Error!void {
            const sent = std.mem.sliceAsBytes(message);
            const received = std.mem.sliceAsBytes(answer);
            try checked(raw.ring_resident_ask(resident.held, sent.ptr, sent.len, received.ptr, received.len));
        }

        /// Sends a message, which is as long as the input or shorter: the rest is zeros. False if there is no
        /// room: an answer is to be received first.
        pub fn send(resident: Self, message: []const In) Error!bool {
            const sent = std.mem.sliceAsBytes(message);
            var is_sent: bool = undefined;
            try checked(raw.ring_resident_send(resident.held, sent.ptr, sent.len, &is_sent));
            return is_sent;
        }

        /// Receives the next answer, or as much of it as there is room for, and waits for it for so many
        /// nanoseconds; `null`: as long as it takes. Where an item trapped, `error.Trap` is the answer.
        pub fn receive(resident: Self, answer: []Answer, timeout: ?u64) Error!void {
            const received = std.mem.sliceAsBytes(answer);
            const limit = timeout orelse std.math.maxInt(u64);
            try checked(raw.ring_resident_receive(resident.held, received.ptr, received.len, limit));
        }

        /// Has it begin with no more messages. What is submitted does not wait for those that are under way.
        pub fn pause(resident: Self) void {
            raw.ring_resident_pause(resident.held);
        }

        /// Has it go on, behind what has been submitted by now.
        pub fn unpause(resident: Self) Error!void {
            try checked(raw.ring_resident_resume(resident.held));
        }

        /// Ends it where it is. What is under way is answered with `error.Cancelled`.
        pub fn stop(resident: Self) void {
            raw.ring_resident_stop(resident.held);
        }

        /// What it has taken by now.
        pub fn stats(resident: Self) compute.Stats {
            return raw.ring_resident_stats(resident.held);
        }
    };
}
