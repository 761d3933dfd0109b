//! Counts the words of a stream of texts: state that grows with what comes.

const std = @import("std");
const ringhost = @import("ringhost");
const messages = @import("messages");

pub const panic = ringhost.panic;

/// What is longer than so many bytes is no word, and is not counted.
const longest_word = 256;
/// An answer is cut near so many bytes, to stay well below a message limit of 1 MiB.
const answer_bytes = 512 * 1024;
/// More than a count takes beside its word.
const count_bytes = 16;

const allocator = std.heap.c_allocator;

var counts: std.StringHashMapUnmanaged(u64) = .empty;
var total: u64 = 0;

fn wordcount(message: ringhost.Message, replies: *ringhost.Replies) !void {
    var seen: std.StringArrayHashMapUnmanaged(void) = .empty;
    var words: Words = .{ .rest = message.bytes };
    while (words.next()) |word| {
        const known = try counts.getOrPutValue(allocator, word, 0);
        if (known.value_ptr.* == 0) known.key_ptr.* = try allocator.dupe(u8, word);
        known.value_ptr.* += 1;
        total += 1;
        try seen.put(ringhost.scratch, known.key_ptr.*, {});
    }
    std.mem.sortUnstable([]const u8, seen.keys(), {}, byBytes);
    try answer(seen.keys(), replies);
}

fn byBytes(_: void, one: []const u8, other: []const u8) bool {
    return std.mem.lessThan(u8, one, other);
}

fn answer(words: []const []const u8, replies: *ringhost.Replies) !void {
    var part: std.ArrayList(messages.Count) = .empty;
    var bytes: usize = 0;
    for (words, 0..) |word, at| {
        bytes += word.len + count_bytes;
        if (bytes > answer_bytes) {
            try reply(part.items, words.len - at, replies);
            part.clearRetainingCapacity();
            bytes = word.len + count_bytes;
        }
        try part.append(ringhost.scratch, .{ .word = word, .count = counts.get(word).? });
    }
    try reply(part.items, 0, replies);
}

fn reply(words: []const messages.Count, remaining: usize, replies: *ringhost.Replies) !void {
    try replies.pushValue(messages.Counts{
        .words = words,
        .total = total,
        .remaining = @intCast(remaining),
    });
}

/// The words of a text in lower case: runs of letters and digits. What is not UTF-8 parts words, as any
/// other sign does.
const Words = struct {
    rest: []const u8,
    buffer: [longest_word + 4]u8 = undefined,

    fn next(words: *Words) ?[]const u8 {
        var length: usize = 0;
        while (words.rest.len > 0) {
            const letter = words.take();
            const is_word = letter != null and iswalnum(letter.?) != 0;
            if (is_word and length <= longest_word) {
                const lower: u21 = @intCast(towlower(letter.?));
                length += std.unicode.utf8Encode(lower, words.buffer[length..]) catch 0;
            }
            if (!is_word or words.rest.len == 0) {
                if (length > 0 and length <= longest_word) return words.buffer[0..length];
                length = 0;
            }
        }
        return null;
    }

    fn take(words: *Words) ?u21 {
        const length = std.unicode.utf8ByteSequenceLength(words.rest[0]) catch 0;
        if (length > 0 and length <= words.rest.len) {
            if (std.unicode.utf8Decode(words.rest[0..length])) |letter| {
                words.rest = words.rest[length..];
                return letter;
            } else |_| {}
        }
        words.rest = words.rest[1..];
        return null;
    }
};

/// The C library knows all alphabets, which Zig's leaves to others.
extern fn iswalnum(letter: u32) c_int;
extern fn towlower(letter: u32) u32;

comptime {
    ringhost.serve(wordcount);
}
