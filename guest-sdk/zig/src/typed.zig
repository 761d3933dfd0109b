//! Typed messages: what the build makes of messages.json stands on this. The encoding is postcard's.
//!
//! The types are Zig's own: structs, tagged unions, optionals, slices and tuples; `[]const u8` is text.
//! What they cannot say is said by the types here.

const std = @import("std");

/// Bytes of any meaning, where `[]const u8` is text in UTF-8.
pub const Bytes = struct { data: []const u8 };

/// A map is a slice of these.
pub fn Entry(comptime Key: type, comptime Value: type) type {
    return struct { key: Key, value: Value };
}

/// A Unicode scalar value.
pub const Char = u21;

/// What is wrong with bytes or a value, and where.
pub const Fault = struct {
    buffer: [512]u8 = undefined,
    words: []const u8 = "",

    fn set(fault: *Fault, place: ?*const Place, problem: []const u8, at: ?usize) error{Malformed} {
        var out: std.Io.Writer = .fixed(&fault.buffer);
        // What there is no room for is cut.
        tell(&out, place, problem, at) catch {};
        fault.words = out.buffered();
        return error.Malformed;
    }

    fn tell(
        out: *std.Io.Writer,
        place: ?*const Place,
        problem: []const u8,
        at: ?usize,
    ) std.Io.Writer.Error!void {
        const ends = std.mem.eql(u8, problem, "ends");
        try out.writeAll(if (ends and place == null) "ends too early" else problem);
        if (place) |known| {
            try out.writeAll(if (ends) " inside field \"" else " in field \"");
            try known.show(out);
            try out.writeAll("\"");
        }
        if (at) |byte| try out.print(" (at byte {d})", .{byte});
    }
};

/// Where in a value something is: a field, or an element where it has no name.
const Place = struct {
    outer: ?*const Place,
    name: ?[]const u8 = null,
    index: usize = 0,

    fn show(place: *const Place, out: *std.Io.Writer) std.Io.Writer.Error!void {
        if (place.outer) |outer| try outer.show(out);
        if (place.name) |name| {
            if (place.outer != null) try out.writeAll(".");
            try out.writeAll(name);
        } else try out.print("[{d}]", .{place.index});
    }
};

/// Reads bytes, all of which are to be the value. Text and bytes point into them; lists are taken from
/// the allocator, never longer than there are bytes for.
pub fn read(
    comptime T: type,
    bytes: []const u8,
    allocator: std.mem.Allocator,
    fault: *Fault,
) error{Malformed}!T {
    var reader: Reader = .{ .bytes = bytes, .allocator = allocator, .fault = fault };
    const value = try reader.any(T, null);
    if (reader.at < bytes.len) return fault.set(null, "goes on after its end", reader.at);
    return value;
}

const Reader = struct {
    bytes: []const u8,
    at: usize = 0,
    /// How many elements that take no bytes a message may still have: their number alone says
    /// nothing.
    spare: usize = 65536,
    allocator: std.mem.Allocator,
    fault: *Fault,

    fn any(reader: *Reader, comptime T: type, place: ?*const Place) error{Malformed}!T {
        if (T == Bytes) return .{ .data = try reader.slice("bytes", place) };
        if (T == Char) return reader.char(place);
        return switch (@typeInfo(T)) {
            .void => {},
            .bool => reader.flag("bool", place),
            .int => |int| reader.integer(T, int, place),
            .float => @bitCast(try reader.array(@sizeOf(T), place)),
            .optional => |of| if (try reader.flag("option", place)) try reader.any(of.child, place) else null,
            .pointer => |of| if (of.child == u8) reader.text(place) else reader.list(of.child, place),
            .@"struct" => reader.fields(T, place),
            .@"union" => reader.case(T, place),
            else => @compileError(@typeName(T) ++ " is in no message"),
        };
    }

    fn array(reader: *Reader, comptime length: usize, place: ?*const Place) error{Malformed}![length]u8 {
        if (reader.bytes.len - reader.at < length) return reader.fault.set(place, "ends", reader.at);
        defer reader.at += length;
        return reader.bytes[reader.at..][0..length].*;
    }

    fn flag(reader: *Reader, comptime what: []const u8, place: ?*const Place) error{Malformed}!bool {
        const start = reader.at;
        const byte = try reader.array(1, place);
        if (byte[0] > 1) return reader.fault.set(place, "has no " ++ what, start);
        return byte[0] == 1;
    }

    fn varint(
        reader: *Reader,
        comptime Number: type,
        comptime what: []const u8,
        place: ?*const Place,
    ) error{Malformed}!Number {
        const start = reader.at;
        const bits = @bitSizeOf(Number);
        var number: Number = 0;
        comptime var shift = 0;
        inline while (shift < bits) : (shift += 7) {
            if (reader.at == reader.bytes.len) return reader.fault.set(place, "ends", start);
            const byte = reader.bytes[reader.at];
            reader.at += 1;
            const digit = byte & 0x7f;
            if (shift + 7 > bits and digit >> @min(bits - shift, 7) != 0) break;
            number |= @as(Number, @truncate(@as(u128, digit))) << shift;
            if (byte < 0x80) return number;
        }
        return reader.fault.set(place, "has no " ++ what, start);
    }

    fn integer(
        reader: *Reader,
        comptime T: type,
        comptime int: std.builtin.Type.Int,
        place: ?*const Place,
    ) error{Malformed}!T {
        if (int.bits == 8) return @bitCast(try reader.array(1, place));
        const Number = @Int(.unsigned, int.bits);
        const number = try reader.varint(Number, @typeName(T), place);
        if (int.signedness == .unsigned) return number;
        const half: T = @bitCast(number >> 1);
        return if (number & 1 == 0) half else ~half;
    }

    fn slice(reader: *Reader, comptime what: []const u8, place: ?*const Place) error{Malformed}![]const u8 {
        const start = reader.at;
        const length = try reader.varint(u64, what, place);
        if (length > reader.bytes.len - reader.at) return reader.fault.set(place, "ends", start);
        const begin = reader.at;
        reader.at += @intCast(length);
        return reader.bytes[begin..reader.at];
    }

    fn text(reader: *Reader, place: ?*const Place) error{Malformed}![]const u8 {
        const start = reader.at;
        const bytes = try reader.slice("string", place);
        if (!std.unicode.utf8ValidateSlice(bytes)) return reader.fault.set(place, "has no string", start);
        return bytes;
    }

    fn char(reader: *Reader, place: ?*const Place) error{Malformed}!Char {
        const start = reader.at;
        const bytes = try reader.slice("char", place);
        const view = std.unicode.Utf8View.init(bytes) catch return reader.fault.set(place, "has no char", start);
        var letters = view.iterator();
        const letter = letters.nextCodepoint() orelse return reader.fault.set(place, "has no char", start);
        if (letters.i < bytes.len) return reader.fault.set(place, "has no char", start);
        return letter;
    }

    fn list(reader: *Reader, comptime T: type, place: ?*const Place) error{Malformed}![]const T {
        const start = reader.at;
        const count = try reader.varint(u64, "list", place);
        if (comptime takesBytes(T)) {
            if (count > reader.bytes.len - reader.at) return reader.fault.set(place, "ends", start);
        } else {
            if (count > reader.spare) return reader.fault.set(place, "has too many elements", start);
            reader.spare -= @intCast(count);
        }
        const items = reader.allocator.alloc(T, @intCast(count)) catch
            return reader.fault.set(place, "needs more memory than there is", start);
        for (items, 0..) |*item, index| item.* = try reader.any(T, &.{ .outer = place, .index = index });
        return items;
    }

    fn fields(reader: *Reader, comptime T: type, place: ?*const Place) error{Malformed}!T {
        var value: T = undefined;
        const of = @typeInfo(T).@"struct";
        inline for (of.field_names, of.field_types, 0..) |name, Field, index| {
            const inner: Place = .{
                .outer = place,
                .name = if (of.is_tuple) null else name,
                .index = index,
            };
            @field(value, name) = try reader.any(Field, &inner);
        }
        return value;
    }

    fn case(reader: *Reader, comptime T: type, place: ?*const Place) error{Malformed}!T {
        const start = reader.at;
        const number = try reader.varint(u32, shortName(T), place);
        const of = @typeInfo(T).@"union";
        inline for (of.field_names, of.field_types, 0..) |name, Field, index| {
            if (number == index) {
                const inner: Place = .{ .outer = place, .name = name };
                return @unionInit(T, name, try reader.any(Field, &inner));
            }
        }
        var problem: [32]u8 = undefined;
        return reader.fault.set(place, std.fmt.bufPrint(&problem, "has no case {d}", .{number}) catch "has no case", start);
    }
};

/// Writes a value. The bytes are the caller's.
pub fn write(
    value: anytype,
    allocator: std.mem.Allocator,
    fault: *Fault,
) error{ Malformed, OutOfMemory }![]u8 {
    var writer: Writer = .{ .allocator = allocator, .fault = fault };
    errdefer writer.out.deinit(allocator);
    try writer.any(@TypeOf(value), value, null);
    return writer.out.toOwnedSlice(allocator);
}

const WriteError = error{ Malformed, OutOfMemory };

const Writer = struct {
    out: std.ArrayList(u8) = .empty,
    allocator: std.mem.Allocator,
    fault: *Fault,

    fn any(writer: *Writer, comptime T: type, value: T, place: ?*const Place) WriteError!void {
        if (T == Bytes) return writer.slice(value.data);
        if (T == Char) return writer.char(value, place);
        switch (@typeInfo(T)) {
            .void => {},
            .bool => try writer.out.append(writer.allocator, @intFromBool(value)),
            .int => |int| try writer.integer(T, int, value),
            .float => try writer.out.appendSlice(writer.allocator, &@as([@sizeOf(T)]u8, @bitCast(value))),
            .optional => |of| {
                try writer.out.append(writer.allocator, @intFromBool(value != null));
                if (value) |inner| try writer.any(of.child, inner, place);
            },
            .pointer => |of| if (of.child == u8) {
                if (!std.unicode.utf8ValidateSlice(value)) return writer.fault.set(place, "has no string", null);
                try writer.slice(value);
            } else {
                try writer.varint(usize, value.len);
                for (value, 0..) |item, index| try writer.any(of.child, item, &.{ .outer = place, .index = index });
            },
            .@"struct" => |of| inline for (of.field_names, of.field_types, 0..) |name, Field, index| {
                const inner: Place = .{
                    .outer = place,
                    .name = if (of.is_tuple) null else name,
                    .index = index,
                };
                try writer.any(Field, @field(value, name), &inner);
            },
            .@"union" => |of| inline for (of.field_names, of.field_types, 0..) |name, Field, index| {
                if (std.meta.activeTag(value) == @field(std.meta.Tag(T), name)) {
                    const inner: Place = .{ .outer = place, .name = name };
                    try writer.varint(u32, index);
                    try writer.any(Field, @field(value, name), &inner);
                }
            },
            else => @compileError(@typeName(T) ++ " is in no message"),
        }
    }

    fn varint(writer: *Writer, comptime Number: type, value: Number) error{OutOfMemory}!void {
        var number = value;
        while (number > 0x7f) : (number >>= 7) {
            try writer.out.append(writer.allocator, @as(u8, @truncate(number)) | 0x80);
        }
        try writer.out.append(writer.allocator, @truncate(number));
    }

    fn integer(
        writer: *Writer,
        comptime T: type,
        comptime int: std.builtin.Type.Int,
        value: T,
    ) error{OutOfMemory}!void {
        if (int.bits == 8) return writer.out.append(writer.allocator, @bitCast(value));
        const Number = @Int(.unsigned, int.bits);
        const number: Number = @bitCast(value);
        if (int.signedness == .unsigned) return writer.varint(Number, number);
        try writer.varint(Number, if (value < 0) ~(number << 1) else number << 1);
    }

    fn slice(writer: *Writer, bytes: []const u8) error{OutOfMemory}!void {
        try writer.varint(usize, bytes.len);
        try writer.out.appendSlice(writer.allocator, bytes);
    }

    fn char(writer: *Writer, letter: Char, place: ?*const Place) WriteError!void {
        var text: [4]u8 = undefined;
        const length = std.unicode.utf8Encode(letter, &text) catch
            return writer.fault.set(place, "has no char", null);
        try writer.slice(text[0..length]);
    }
};

/// Whether all values of a type take bytes.
fn takesBytes(comptime T: type) bool {
    if (T == Bytes) return true;
    return switch (@typeInfo(T)) {
        .void => false,
        .@"struct" => |of| {
            for (of.field_types) |Field| if (takesBytes(Field)) return true;
            return false;
        },
        else => true,
    };
}

/// A type's name without that of the file it is in.
pub fn shortName(comptime T: type) []const u8 {
    const name = @typeName(T);
    const dot = std.mem.lastIndexOfScalar(u8, name, '.') orelse return name;
    return name[dot + 1 ..];
}
