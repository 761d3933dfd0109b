//! Marking functions for data-parallel work, and launching them.

const std = @import("std");
const compute = @import("compute.zig");
const raw = @import("compute_raw.zig");

pub const Options = struct {
    /// How many turns of loops and calls of functions an item may take; `null` for the host's default.
    fuel: ?u64 = null,
};

/// For a parameter of a marked function: elements that all items together write whole.
pub fn Out(comptime T: type) type {
    return struct {
        elements: []T,

        pub const Element = T;
    };
}

/// Marks a function, and launches it:
///
///     fn square(item: u32, x: []f32) void { x[item] *= x[item]; }
///     const Square = ringhost.compute.Function("square", square, .{});
///     _ = try space.run(&.{Square.launch(x.length(), .{&x})});
///
/// Its first parameter is the number of the item; the others are integers and floats of 32 or 64 bits, and
/// buffers: `[]const T` to read, `[]T` to read and write, `Out(T)` to write. It returns nothing. It and
/// what it calls see the kernel's variables as they are initialised, allocate nothing and call nothing of
/// the host. One that is never launched is no function of the component's.
pub fn Function(
    comptime function_name: []const u8,
    comptime function: anytype,
    comptime options: Options,
) type {
    return struct {
        const parameters = parametersOf(function_name, function);
        const flat = flattened(parameters);

        comptime {
            @export(&Exported(call, flat).one, .{ .name = "compute:" ++ function_name });
            asm (".section \".custom_section.ring:compute\",\"\",@\n.ascii \"" ++
                    declaration(function_name, parameters, options) ++ "\\n\"\n.text\n");
        }

        /// A launch for the items 0, 1, .. of so many, with a tuple of what the function takes behind the
        /// item: numbers, and for slices pointers to buffers.
        pub fn launch(items: usize, arguments: anytype) compute.Command {
            if (arguments.len != parameters.len) @compileError(std.fmt.comptimePrint(
                "{s} takes {d} arguments behind the item",
                .{ function_name, parameters.len },
            ));
            var list: Arguments = .{};
            inline for (parameters, 0..) |Parameter, at| list.add(Parameter, arguments[at]);
            return .{ .launch = .{
                .function = function_name,
                .items = std.math.lossyCast(u32, items),
                .arguments = list,
            } };
        }

        inline fn call(item: u32, flat_arguments: anytype) void {
            var given: std.meta.ArgsTuple(@TypeOf(function)) = undefined;
            given[0] = item;
            comptime var at = 0;
            inline for (parameters, 1..) |Parameter, to| {
                if (elementOf(Parameter)) |_| {
                    const elements = flat_arguments[at][0..flat_arguments[at + 1]];
                    given[to] = if (comptime isOut(Parameter)) .{ .elements = elements } else elements;
                    at += 2;
                } else {
                    given[to] = flat_arguments[at];
                    at += 1;
                }
            }
            @call(.always_inline, function, given);
        }
    };
}

/// The most parameters of an exported function behind the item: a slice is two.
const most_parameters = 10;

/// The types of a function's parameters behind the item.
fn parametersOf(comptime name: []const u8, comptime function: anytype) []const type {
    const kind = @typeInfo(@TypeOf(function)).@"fn";
    const types = kind.param_types;
    if (types.len == 0 or types[0] != u32) @compileError(name ++ " takes a u32 first, the item");
    if (kind.return_type != void) @compileError(name ++ " returns nothing");
    var parameters: []const type = &.{};
    for (types[1..]) |Parameter| {
        if (elementOf(Parameter.?) == null) switch (Parameter.?) {
            i32, u32, i64, u64, f32, f64 => {},
            else => @compileError(name ++ " takes numbers of 32 or 64 bits, slices and Out, and no " ++
                @typeName(Parameter.?)),
        };
        parameters = parameters ++ [_]type{Parameter.?};
    }
    return parameters;
}

fn isOut(comptime Parameter: type) bool {
    return @typeInfo(Parameter) == .@"struct" and @hasDecl(Parameter, "Element");
}

/// What the buffer holds that a parameter stands for; nothing of a number.
fn elementOf(comptime Parameter: type) ?type {
    if (isOut(Parameter)) return Parameter.Element;
    const info = @typeInfo(Parameter);
    return if (info == .pointer and info.pointer.size == .slice) info.pointer.child else null;
}

/// As the exported function has them: of a slice the address and the number of elements.
fn flattened(comptime parameters: []const type) []const type {
    var types: []const type = &.{};
    for (parameters) |Parameter| {
        if (isOut(Parameter)) {
            types = types ++ [_]type{ [*]Parameter.Element, usize };
        } else if (elementOf(Parameter)) |Element| {
            const is_const = @typeInfo(Parameter).pointer.attrs.@"const";
            types = types ++ [_]type{ if (is_const) [*]const Element else [*]Element, usize };
        } else {
            types = types ++ [_]type{Parameter};
        }
    }
    return types;
}

/// What the host is told of a function.
fn declaration(
    comptime name: []const u8,
    comptime parameters: []const type,
    comptime options: Options,
) []const u8 {
    var text: []const u8 = name;
    if (options.fuel) |fuel| text = text ++ std.fmt.comptimePrint(" fuel={d}", .{fuel});
    for (parameters) |Parameter| {
        if (elementOf(Parameter)) |Element| {
            const role = if (isOut(Parameter))
                "out"
            else if (@typeInfo(Parameter).pointer.attrs.@"const") "in" else "inout";
            text = text ++ " :" ++ role ++ ":" ++ @typeName(Element) ++ " :value:u32";
        } else {
            text = text ++ " :value:" ++ @typeName(Parameter);
        }
    }
    return text;
}

/// A function with these parameters behind the item, which Zig can only write down one by one.
fn Exported(comptime call: anytype, comptime T: []const type) type {
    if (T.len > most_parameters) @compileError(std.fmt.comptimePrint(
        "a compute function has at most {d} parameters behind the item, and a slice is two",
        .{most_parameters},
    ));
    return switch (T.len) {
        0 => struct {
            fn one(i: u32) callconv(.c) void {
                call(i, .{});
            }
        },
        1 => struct {
            fn one(i: u32, a: T[0]) callconv(.c) void {
                call(i, .{a});
            }
        },
        2 => struct {
            fn one(i: u32, a: T[0], b: T[1]) callconv(.c) void {
                call(i, .{ a, b });
            }
        },
        3 => struct {
            fn one(i: u32, a: T[0], b: T[1], c: T[2]) callconv(.c) void {
                call(i, .{ a, b, c });
            }
        },
        4 => struct {
            fn one(i: u32, a: T[0], b: T[1], c: T[2], d: T[3]) callconv(.c) void {
                call(i, .{ a, b, c, d });
            }
        },
        5 => struct {
            fn one(i: u32, a: T[0], b: T[1], c: T[2], d: T[3], e: T[4]) callconv(.c) void {
                call(i, .{ a, b, c, d, e });
            }
        },
        6 => struct {
            fn one(i: u32, a: T[0], b: T[1], c: T[2], d: T[3], e: T[4], f: T[5]) callconv(.c) void {
                call(i, .{ a, b, c, d, e, f });
            }
        },
        7 => struct {
            fn one(i: u32, a: T[0], b: T[1], c: T[2], d: T[3], e: T[4], f: T[5], g: T[6]) callconv(.c) void {
                call(i, .{ a, b, c, d, e, f, g });
            }
        },
        8 => struct {
            fn one(i: u32, a: T[0], b: T[1], c: T[2], d: T[3], e: T[4], f: T[5], g: T[6], h: T[7]) callconv(.c) void {
                call(i, .{ a, b, c, d, e, f, g, h });
            }
        },
        9 => struct {
            fn one(i: u32, a: T[0], b: T[1], c: T[2], d: T[3], e: T[4], f: T[5], g: T[6], h: T[7], j: T[8]) callconv(.c) void {
                call(i, .{ a, b, c, d, e, f, g, h, j });
            }
        },
        else => struct {
            fn one(i: u32, a: T[0], b: T[1], c: T[2], d: T[3], e: T[4], f: T[5], g: T[6], h: T[7], j: T[8], k: T[9]) callconv(.c) void {
                call(i, .{ a, b, c, d, e, f, g, h, j, k });
            }
        },
    };
}

/// The arguments of a launch, as the exported function takes them.
pub const Arguments = struct {
    list: [most_parameters]raw.Argument = undefined,
    count: usize = 0,

    fn add(arguments: *Arguments, comptime Parameter: type, given: anytype) void {
        if (elementOf(Parameter)) |Element| {
            if (@TypeOf(given.*) != compute.Buffer(Element)) @compileError("for " ++ @typeName(Parameter) ++
                " a launch is given a pointer to a Buffer(" ++ @typeName(Element) ++ ")");
            arguments.push(.buffer, .{ .buffer = given.held });
            arguments.push(.int32, .{ .int32 = @bitCast(@as(u32, @intCast(given.length()))) });
            return;
        }
        const number: Parameter = given;
        switch (Parameter) {
            i32, u32 => arguments.push(.int32, .{ .int32 = @bitCast(number) }),
            i64, u64 => arguments.push(.int64, .{ .int64 = @bitCast(number) }),
            f32 => arguments.push(.float32, .{ .float32 = number }),
            else => arguments.push(.float64, .{ .float64 = number }),
        }
    }

    fn push(arguments: *Arguments, kind: raw.ArgumentKind, value: raw.Argument.Value) void {
        arguments.list[arguments.count] = .{ .kind = kind, .value = value };
        arguments.count += 1;
    }
};
