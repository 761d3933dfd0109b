/* What a kernel in C sees of its host.
 *
 * A kernel takes messages from its input queue, works, and puts messages on its output queue. It
 * names its function with one of the macros at the end of this file. Times are in nanoseconds.
 */
#ifndef RINGHOST_H
#define RINGHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Four bands. Within a band the order of sending is kept; a higher band is received first. */
typedef enum {
    RING_LOW,
    RING_NORMAL,
    RING_HIGH,
    RING_URGENT,
} ring_priority;

/* What came of a call. */
typedef enum {
    RING_OK,
    /* Nothing came, or there was no room, for the whole timeout. */
    RING_TIMEOUT,
    /* Receiving: nothing will ever come; return from the kernel. Sending: nothing is taken any more. */
    RING_CLOSED,
    /* The host asked the kernel to end; return from the kernel. */
    RING_TERMINATING,
    /* The output queue is full, and the host set it to refuse at once. */
    RING_FULL,
    /* The message is larger than the host's limit, 1 MiB unless that was changed. */
    RING_TOO_LARGE,
} ring_status;

/* A status in words. */
const char *ring_status_text(ring_status status);

/* Wait as long as it takes. */
#define RING_FOREVER UINT64_MAX

/* A message as the kernel receives it. Its bytes stay until the kernel receives again. */
typedef struct {
    /* Unique among all messages of the host. */
    uint64_t id;
    /* The exchange it belongs to. An answer carries on the correlation of what it answers. */
    uint64_t correlation;
    ring_priority priority;
    const uint8_t *bytes;
    size_t length;
} ring_message;

/* A message as the kernel sends it. */
typedef struct {
    const void *bytes;
    size_t length;
    /* What it answers, by its correlation and priority; NULL for the message received last. */
    const ring_message *answers;
} ring_outgoing;

/* Takes the next message. Not in a handler. */
ring_status ring_receive(ring_message *message, uint64_t timeout);

/* Takes up to `max` messages, waiting for the first; `*count` says how many. Not in a handler. */
ring_status ring_receive_batch(ring_message *messages, uint32_t max, size_t *count, uint64_t timeout);

/* Puts bytes on the output queue, as an answer to the message received last, waiting for room. */
ring_status ring_send(const void *bytes, size_t length);

/* The same as an answer to an earlier message, of which a copy is enough: its bytes may be gone. */
ring_status ring_answer(const ring_message *answers, const void *bytes, size_t length);

/* Puts a message on the output queue, waiting for room for so long; zero: not at all. */
ring_status ring_send_within(const ring_outgoing *message, uint64_t timeout);

/* Puts messages on the output queue in their order; `*taken` says how many, from the front. Where that
 * is none, the status says why not the first; where it is fewer than given, the next was refused. */
ring_status ring_send_batch(const ring_outgoing *messages, size_t count, size_t *taken, uint64_t timeout);

/* The name under which the host launched this kernel. */
const char *ring_kernel_id(void);

/* Whether the host asked the kernel to end. Look at it once a turn of a long loop. */
bool ring_should_terminate(void);

/* False while the host has the kernel paused. */
bool ring_is_active(void);

/* Waits until the kernel is active or asked to end: RING_OK or RING_TERMINATING. */
ring_status ring_wait_active(void);

typedef enum {
    RING_TRACE,
    RING_DEBUG,
    RING_INFO,
    RING_WARN,
    RING_ERROR,
} ring_level;

/* Logs a line for the host's operator. */
void ring_log(ring_level level, const char *text);

/* The same as printf has it. What a kernel prints to stdout is logged, too: as info, and what it
 * prints to stderr as a warning. */
void ring_logf(ring_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a function answers to the message in hand. */
typedef struct ring_replies ring_replies;

/* Adds a reply, which is copied. It is sent when the function has returned. */
void ring_reply(ring_replies *replies, const void *bytes, size_t length);

/* Answers one message with any number of replies. Returns NULL, or an error text that ends the
 * kernel. */
typedef const char *ring_handle_function(const ring_message *message, ring_replies *replies);

/* Calls a function with each message until the input is closed or the host asks the kernel to end. */
const char *ring_serve(ring_handle_function *handle);

/* The three ways to be a kernel. A file names one of them, once, outside of any function.
 *
 * RING_LOOP(run): a loop of its own, `const char *run(void)`, which calls ring_receive.
 * RING_SERVE(handle): a loop that calls `handle` with each message.
 * RING_HANDLER(handle): no loop. The host calls `handle` with messages, and between two calls the
 * kernel has no stack: best for one of very many that are mostly idle.
 */
#define RING_LOOP(run)                                                                             \
    const char *ringhost_loop(void) { return run(); }
#define RING_SERVE(handle)                                                                         \
    const char *ringhost_loop(void) { return ring_serve(handle); }
#define RING_HANDLER(handle)                                                                       \
    const char *ringhost_handle(const ring_message *message, ring_replies *replies) {              \
        return handle(message, replies);                                                           \
    }

/* A handler's state, while it is taken out. */
typedef struct ring_state ring_state;

/* Adds bytes to it, which are copied. */
void ring_state_write(ring_state *state, const void *bytes, size_t length);

/* Beside RING_HANDLER, for a handler whose state the host can take out and put into another. Neither
 * function may send.
 *
 * `const char *snapshot(ring_state *state)` writes the state, in a form of the kernel's own. It returns
 * NULL, or words that say why there is none; the kernel goes on in any case.
 * `const char *restore(const void *bytes, size_t length)` takes on such a state, before the first
 * message. It returns NULL, or words that say why it cannot, and the kernel is not launched.
 */
#define RING_STATE(snapshot, restore)                                                              \
    const char *ringhost_snapshot(ring_state *state) { return snapshot(state); }                   \
    const char *ringhost_restore(const void *bytes, size_t length) {                               \
        return restore(bytes, length);                                                             \
    }

/* What those define. */
const char *ringhost_loop(void);
const char *ringhost_handle(const ring_message *message, ring_replies *replies);
const char *ringhost_snapshot(ring_state *state);
const char *ringhost_restore(const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
