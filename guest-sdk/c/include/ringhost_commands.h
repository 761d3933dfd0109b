/* Arguments and commands of what is submitted to a space. ringhost_compute.h includes it. */
#ifndef RINGHOST_COMMANDS_H
#define RINGHOST_COMMANDS_H

#include "ringhost_compute.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Arguments. An integer without a sign is the same bits. */
static inline ring_argument ring_i32(int32_t number) {
    ring_argument argument = {RING_IS_I32, {0}};
    argument.value.i32 = number;
    return argument;
}

static inline ring_argument ring_u32(uint32_t number) { return ring_i32((int32_t)number); }

static inline ring_argument ring_i64(int64_t number) {
    ring_argument argument = {RING_IS_I64, {0}};
    argument.value.i64 = number;
    return argument;
}

static inline ring_argument ring_u64(uint64_t number) { return ring_i64((int64_t)number); }

static inline ring_argument ring_f32(float number) {
    ring_argument argument = {RING_IS_F32, {0}};
    argument.value.f32 = number;
    return argument;
}

static inline ring_argument ring_f64(double number) {
    ring_argument argument = {RING_IS_F64, {0}};
    argument.value.f64 = number;
    return argument;
}

/* Where a buffer begins. */
static inline ring_argument ring_address(ring_buffer buffer) {
    ring_argument argument = {RING_IS_BUFFER, {0}};
    argument.value.buffer = buffer;
    return argument;
}

/* Bytes that go to a buffer. All that one submission writes must fit into a message, 1 MiB by default; more
 * is a trap, and is for ring_buffer_write. */
static inline ring_command ring_command_write(ring_buffer to, uint32_t offset, const void *bytes,
                                              size_t length) {
    ring_command command;
    command.kind = RING_IS_WRITE;
    command.value.write.to = to;
    command.value.write.offset = offset;
    command.value.write.bytes = bytes;
    command.value.write.length = length;
    return command;
}

/* Bytes that go from one buffer to another, or within one, as if through a third. */
static inline ring_command ring_command_copy(ring_buffer to, uint32_t to_offset, ring_buffer from,
                                             uint32_t from_offset, uint32_t length) {
    ring_command command;
    command.kind = RING_IS_COPY;
    command.value.copy.to = to;
    command.value.copy.to_offset = to_offset;
    command.value.copy.from = from;
    command.value.copy.from_offset = from_offset;
    command.value.copy.length = length;
    return command;
}

/* A byte that fills a part of a buffer. */
static inline ring_command ring_command_fill(ring_buffer to, uint32_t offset, uint32_t length,
                                             uint8_t byte) {
    ring_command command;
    command.kind = RING_IS_FILL;
    command.value.fill.to = to;
    command.value.fill.offset = offset;
    command.value.fill.length = length;
    command.value.fill.byte = byte;
    return command;
}

/* What RING_LAUNCH makes, of a name that the compiler does not know. */
static inline ring_command ring_command_launch(const char *function, uint32_t items,
                                               const ring_argument *arguments, size_t count) {
    ring_command command;
    command.kind = RING_IS_LAUNCH;
    command.value.launch.function = function;
    command.value.launch.function_length = strlen(function);
    command.value.launch.items = items;
    command.value.launch.arguments = arguments;
    command.value.launch.count = count;
    command.value.launch.fuel.is_some = false;
    command.value.launch.fuel.units = 0;
    return command;
}

/* The same launch with so much fuel for each item: turns of loops, and calls of functions. */
static inline ring_command ring_with_fuel(ring_command launch, uint64_t fuel) {
    launch.value.launch.fuel.is_some = true;
    launch.value.launch.fuel.units = fuel;
    return launch;
}

/* So many elements, which become one. Offsets are in bytes, and multiples of an element's. */
static inline ring_command ring_command_reduce(ring_element kind, ring_operator op,
                                               ring_buffer from, uint32_t from_offset,
                                               uint32_t count, ring_buffer to,
                                               uint32_t to_offset) {
    ring_command command;
    command.kind = RING_IS_REDUCE;
    command.value.reduce.kind = (uint8_t)kind;
    command.value.reduce.op = (uint8_t)op;
    command.value.reduce.from = from;
    command.value.reduce.from_offset = from_offset;
    command.value.reduce.count = count;
    command.value.reduce.to = to;
    command.value.reduce.to_offset = to_offset;
    return command;
}

/* So many elements, each of which becomes what it makes with all before it, or, exclusive, what these make.
 * They may go to where they are. */
static inline ring_command ring_command_scan(ring_element kind, ring_operator op, bool exclusive,
                                             ring_buffer from, uint32_t from_offset,
                                             uint32_t count, ring_buffer to, uint32_t to_offset) {
    ring_command command;
    command.kind = RING_IS_SCAN;
    command.value.scan.kind = (uint8_t)kind;
    command.value.scan.op = (uint8_t)op;
    command.value.scan.exclusive = exclusive;
    command.value.scan.from = from;
    command.value.scan.from_offset = from_offset;
    command.value.scan.count = count;
    command.value.scan.to = to;
    command.value.scan.to_offset = to_offset;
    return command;
}

/* So many elements, which are put in order. Equal ones stay in theirs. */
static inline ring_command ring_command_sort(ring_element kind, bool descending, ring_buffer keys,
                                             uint32_t keys_offset, uint32_t count) {
    ring_command command;
    command.kind = RING_IS_SORT;
    command.value.sort.kind = (uint8_t)kind;
    command.value.sort.descending = descending;
    command.value.sort.keys = keys;
    command.value.sort.keys_offset = keys_offset;
    command.value.sort.count = count;
    command.value.sort.values.is_some = false;
    command.value.sort.values.buffer.handle = 0;
    command.value.sort.values.offset = 0;
    return command;
}

/* The same sort with as many numbers of 32 bits, which go with the elements. */
static inline ring_command ring_with_values(ring_command sort, ring_buffer values,
                                            uint32_t offset) {
    sort.value.sort.values.is_some = true;
    sort.value.sort.values.buffer = values;
    sort.value.sort.values.offset = offset;
    return sort;
}

/* c = alpha * a * b + beta * c, with `a` of m rows and k columns, `b` of k rows and n columns: floats. `c` is
 * not transposed. */
static inline ring_command ring_command_gemm(ring_element kind, uint32_t m, uint32_t n, uint32_t k,
                                             double alpha, ring_matrix a, ring_matrix b,
                                             double beta, ring_matrix c) {
    ring_command command;
    command.kind = RING_IS_GEMM;
    command.value.gemm.kind = (uint8_t)kind;
    command.value.gemm.m = m;
    command.value.gemm.n = n;
    command.value.gemm.k = k;
    command.value.gemm.alpha = alpha;
    command.value.gemm.a = a;
    command.value.gemm.b = b;
    command.value.gemm.beta = beta;
    command.value.gemm.c = c;
    return command;
}

#ifdef __cplusplus
}
#endif

#endif
