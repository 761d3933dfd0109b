/* Data-parallel work: functions that run once for each of many items, on all cores or on a GPU, with the
 * same results.
 *
 * A function is marked with RING_COMPUTE. The kernel makes a space, which is a memory on a device, puts
 * buffers into it, and submits commands: launches of marked functions, and what fills and copies buffers.
 * Its manifest asks for `compute = {}` under `[grants]`.
 *
 * What is made here is the kernel's to drop, each by its function, in any order: a buffer, plan or event
 * keeps what it needs of its space. What has been dropped is 0 in the variable that was named, and using
 * that is RING_COMPUTE_INVALID; using a copy of it is a trap.
 */
#ifndef RINGHOST_COMPUTE_H
#define RINGHOST_COMPUTE_H

#include "ringhost.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks the function that is defined behind it:
 *
 *     RING_COMPUTE(saxpy, "a:value x:in:f32 y:inout:f32")
 *     void saxpy(uint32_t item, float a, const float *x, float *y) { y[item] += a * x[item]; }
 *
 * The first parameter is the number of the item; the others are integers or floats of 32 or 64 bits, or
 * the addresses of buffers. It returns nothing. It and what it calls see the buffers that they are given
 * and the kernel's variables as they are initialised; they allocate nothing and call nothing of the host.
 * An address outside of the space is a trap, one in another buffer is not.
 *
 * The text names each parameter behind the item, with its role: `value` for a number, `in` for what is
 * read, `out` for what all items together write whole, `inout`; and, if wanted, what a buffer holds: i8,
 * u8, i16, .. f64. Before them `fuel=1000` is how many turns of loops and calls an item may take. Without
 * the text all addresses are `inout`, with the host's default of fuel.
 *
 * It goes to a section of its own by the assembler: clang's attribute makes data of it. */
#define RING_COMPUTE(function, ...)                                                                \
    __asm__(".section \".custom_section.ring:compute\",\"\",@\n.ascii \"" #function                \
            " " __VA_ARGS__ "\\n\"\n.text\n");                                                     \
    __attribute__((export_name("compute:" #function)))

/* Why an item could not go on. */
typedef enum {
    /* An address outside of the space. */
    RING_TRAP_OUT_OF_BOUNDS,
    RING_TRAP_DIVIDE_BY_ZERO,
    /* A quotient that is too large for its type. */
    RING_TRAP_INTEGER_OVERFLOW,
    /* A float without a place in the integer's type. */
    RING_TRAP_BAD_CONVERSION,
    /* abort(), a check that failed. */
    RING_TRAP_UNREACHABLE,
    /* The item took more turns of loops and calls than its fuel allows. */
    RING_TRAP_OUT_OF_FUEL,
    /* Its calls go too deep. */
    RING_TRAP_STACK_OVERFLOW,
    /* It called what is no function of the expected type. */
    RING_TRAP_INDIRECT_CALL,
} ring_trap_code;

/* What came of a call. */
typedef enum {
    RING_COMPUTE_OK,
    /* An argument that cannot be meant. */
    RING_COMPUTE_INVALID,
    /* There is no such device, or none that can run this kernel's functions. */
    RING_COMPUTE_NO_DEVICE,
    /* The space has no room for it. */
    RING_COMPUTE_OUT_OF_MEMORY,
    /* It is more than the host grants this kernel. */
    RING_COMPUTE_QUOTA,
    /* An item of a launch could not go on. What the launch could write is poisoned. */
    RING_COMPUTE_TRAP,
    /* A launch that could write it failed or was cancelled. It is sound again when written whole. */
    RING_COMPUTE_POISONED,
    /* It was cancelled before its end. */
    RING_COMPUTE_CANCELLED,
    /* It did not end within the timeout, and goes on. */
    RING_COMPUTE_TIMEOUT,
    /* The host asked the kernel to end; return from the kernel. */
    RING_COMPUTE_TERMINATING,
    /* The device failed, and all that was on it is lost. A new space may get another device. */
    RING_COMPUTE_DEVICE_LOST,
} ring_compute_status;

/* Why the last call that failed did so. It stays until the next one fails. */
typedef struct {
    ring_compute_status status;
    /* In words, of which an operator can make something. */
    const char *words;
    /* Of RING_COMPUTE_TRAP: of several items the lowest. Otherwise the function is empty. */
    const char *function;
    uint32_t item;
    ring_trap_code code;
} ring_compute_failure;

const ring_compute_failure *ring_compute_last_failure(void);

/* Its words alone, such as a kernel's function returns to end with them. */
const char *ring_compute_words(void);

typedef enum {
    /* The CPU's cores. */
    RING_CPU,
    /* A GPU, through CUDA. */
    RING_CUDA,
    /* The best that there is. */
    RING_ANY_DEVICE,
} ring_device_kind;

typedef struct {
    ring_device_kind kind;
    /* What its maker calls it, as far as there is room for it. */
    char name[64];
    /* In bytes. How much of it the kernel gets is the host's choice. */
    uint64_t memory;
    /* How many items can run at the same instant. */
    uint32_t lanes;
} ring_device;

/* Writes up to `max` devices on which the kernel may compute, the best first; returns how many it wrote. */
size_t ring_devices(ring_device *devices, size_t max);

/* A memory on one device, zeroed. What is submitted to it is done in order. */
typedef struct {
    int32_t handle;
} ring_space;

/* A part of a space. */
typedef struct {
    int32_t handle;
} ring_buffer;

/* Commands that are checked once and done again and again. */
typedef struct {
    int32_t handle;
} ring_plan;

/* What was submitted. */
typedef struct {
    int32_t handle;
} ring_event;

/* What was done, and what it took. */
typedef struct {
    /* In nanoseconds, over all lanes of the device. */
    uint64_t device_time;
    uint32_t launches;
    uint64_t items;
} ring_stats;

/* Makes a space of so many bytes, rounded up to whole pages of 64 KiB. */
ring_compute_status ring_space_create(ring_space *space, ring_device_kind kind, uint64_t bytes);
/* The device that it is on. */
ring_compute_status ring_space_device(ring_space space, ring_device *device);
void ring_space_drop(ring_space *space);

/* Makes a buffer of so many bytes, zeroed. */
ring_compute_status ring_buffer_allocate(ring_buffer *buffer, ring_space space, uint32_t bytes);
/* Makes a buffer with these bytes. */
ring_compute_status ring_buffer_of(ring_buffer *buffer, ring_space space, const void *bytes,
                                   size_t length);
/* Its bytes; 0 of one that was dropped. */
uint32_t ring_buffer_length(ring_buffer buffer);
/* Writes into it, behind all that was submitted to its space before. */
ring_compute_status ring_buffer_write(ring_buffer buffer, uint32_t offset, const void *bytes,
                                      size_t length);
/* Reads from it, when all that was submitted to its space before is done. */
ring_compute_status ring_buffer_read(ring_buffer buffer, uint32_t offset, void *bytes, size_t length);
/* The same, waiting for so many nanoseconds and no longer. */
ring_compute_status ring_buffer_read_within(ring_buffer buffer, uint32_t offset, void *bytes,
                                            size_t length, uint64_t timeout);
void ring_buffer_drop(ring_buffer *buffer);

/* An argument of a launch: made by ring_f32 and its like, or by ring_address. */
typedef struct {
    uint8_t kind; /* RING_IS_I32 .. */
    union {
        int32_t i32;
        int64_t i64;
        float f32;
        double f64;
        ring_buffer buffer;
    } value;
} ring_argument;

enum { RING_IS_I32, RING_IS_I64, RING_IS_F32, RING_IS_F64, RING_IS_BUFFER };

/* What an operation finds in a buffer. */
typedef enum {
    RING_INT32,
    RING_UINT32,
    RING_INT64,
    RING_UINT64,
    RING_FLOAT32,
    RING_FLOAT64
} ring_element;

/* What becomes of two elements. */
typedef enum { RING_SUM, RING_PRODUCT, RING_MINIMUM, RING_MAXIMUM } ring_operator;

/* Where a matrix is: its rows one behind the other. With `transposed` these are its columns. */
typedef struct {
    ring_buffer buffer;
    uint32_t offset;
    bool transposed;
} ring_matrix;

/* A step of what is submitted: made by RING_LAUNCH, or ring_command_write and its like (ringhost_commands.h). What it points to
 * stays the caller's, and is read when it is submitted or made a plan. */
typedef struct {
    uint8_t kind; /* RING_IS_WRITE .. */
    union {
        struct {
            ring_buffer to;
            uint32_t offset;
            const void *bytes;
            size_t length;
        } write;
        struct {
            ring_buffer to;
            uint32_t to_offset;
            ring_buffer from;
            uint32_t from_offset;
            uint32_t length;
        } copy;
        struct {
            ring_buffer to;
            uint32_t offset;
            uint32_t length;
            uint8_t byte;
        } fill;
        struct {
            const char *function;
            size_t function_length;
            uint32_t items;
            const ring_argument *arguments;
            size_t count;
            struct {
                bool is_some;
                uint64_t units;
            } fuel;
        } launch;
        struct {
            uint8_t kind;
            uint8_t op;
            ring_buffer from;
            uint32_t from_offset;
            uint32_t count;
            ring_buffer to;
            uint32_t to_offset;
        } reduce;
        struct {
            uint8_t kind;
            uint8_t op;
            bool exclusive;
            ring_buffer from;
            uint32_t from_offset;
            uint32_t count;
            ring_buffer to;
            uint32_t to_offset;
        } scan;
        struct {
            uint8_t kind;
            bool descending;
            ring_buffer keys;
            uint32_t keys_offset;
            uint32_t count;
            struct {
                bool is_some;
                ring_buffer buffer;
                uint32_t offset;
            } values;
        } sort;
        struct {
            uint8_t kind;
            uint32_t m;
            uint32_t n;
            uint32_t k;
            double alpha;
            ring_matrix a;
            ring_matrix b;
            double beta;
            ring_matrix c;
        } gemm;
    } value;
} ring_command;

enum {
    RING_IS_WRITE,
    RING_IS_COPY,
    RING_IS_FILL,
    RING_IS_LAUNCH,
    RING_IS_REDUCE,
    RING_IS_SCAN,
    RING_IS_SORT,
    RING_IS_GEMM
};

/* Runs a function for the items 0, 1, .. of so many, with these arguments behind the item:
 * RING_LAUNCH(saxpy, length, ring_f32(2), ring_address(x), ring_address(y)) */
#define RING_LAUNCH(function, items, ...)                                                          \
    ring_command_launch(&#function[0 * sizeof(&function)], items,                                  \
                        (ring_argument[]){__VA_ARGS__},                                            \
                        sizeof((ring_argument[]){__VA_ARGS__}) / sizeof(ring_argument))

/* Has commands done, in their order, and returns without waiting for them. */
ring_compute_status ring_submit(ring_space space, const ring_command *commands, size_t count,
                                ring_event *event);
/* Has commands done and waits for their end. `stats` may be NULL. */
ring_compute_status ring_run(ring_space space, const ring_command *commands, size_t count,
                             ring_stats *stats);

/* Checks commands once, to have them done many times. */
ring_compute_status ring_plan_make(ring_plan *plan, ring_space space, const ring_command *commands,
                                   size_t count);
/* Has them done so many times, one time behind the other, and returns without waiting for them. */
ring_compute_status ring_plan_run(ring_plan plan, uint32_t times, ring_event *event);
void ring_plan_drop(ring_plan *plan);

/* How it ended; RING_COMPUTE_TIMEOUT while it goes on. `stats` may be NULL. */
ring_compute_status ring_event_poll(ring_event event, ring_stats *stats);
/* Waits for its end for so many nanoseconds, or RING_FOREVER. `stats` may be NULL. */
ring_compute_status ring_event_wait(ring_event event, uint64_t timeout, ring_stats *stats);
/* Ends it where it is, if it still goes on. What it could write is poisoned then. */
void ring_event_cancel(ring_event event);
/* It goes on all the same. */
void ring_event_drop(ring_event *event);

/* A function that stays on its device and answers messages, in their order. On a GPU a message costs no launch
 * as long as the next comes soon. */
typedef struct {
    int32_t handle;
    /* How long its answers are, in bytes. */
    uint32_t answer_length;
} ring_resident;

/* Has a launch's function stay, of 1 to 1024 items, and run for each message: that is put into `input`, which is
 * among its arguments, and `output` is the answer, whole. What it keeps in other buffers stays from one message
 * to the next. Both have multiples of four bytes. Up to `depth` messages, 1 to 1024, are under way: sent, and
 * their answers not received. */
ring_compute_status ring_reside(ring_resident *resident, ring_space space, ring_command launch,
                                ring_buffer input, ring_buffer output, uint32_t depth);
/* Sends a message, which is as long as the input or shorter: the rest is zeros. `is_sent` is false if there is no
 * room: an answer is to be received first. */
ring_compute_status ring_resident_send(ring_resident resident, const void *message, size_t length,
                                       bool *is_sent);
/* Receives the next answer, or as much of it as there is room for, and waits for it for so many nanoseconds, or
 * RING_FOREVER. RING_COMPUTE_INVALID if no message is under way. Where an item traps, RING_COMPUTE_TRAP is the
 * answer to its message. */
ring_compute_status ring_resident_receive(ring_resident resident, void *answer, size_t length,
                                          uint64_t timeout);
/* Sends a message and waits for its answer. No other is under way. */
ring_compute_status ring_resident_ask(ring_resident resident, const void *message, size_t length,
                                      void *answer, size_t answer_length);
/* Has it begin with no more messages. What is submitted does not wait for those that are under way. */
void ring_resident_pause(ring_resident resident);
/* Has it go on, behind what has been submitted by now. */
ring_compute_status ring_resident_resume(ring_resident resident);
/* Ends it where it is. What is under way is answered with RING_COMPUTE_CANCELLED. */
void ring_resident_stop(ring_resident resident);
/* What it has taken by now: `launches` is how often it was put on the device. Zeros of one that was dropped. */
ring_stats ring_resident_stats(ring_resident resident);
/* It ends, as by ring_resident_stop. */
void ring_resident_drop(ring_resident *resident);

#ifdef __cplusplus
}
#endif

#include "ringhost_commands.h"

#endif
