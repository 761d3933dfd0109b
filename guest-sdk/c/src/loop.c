/* A kernel in the shape of a loop: the contract's world `kernel`. */
#include "common.h"

#include <stdlib.h>
#include <string.h>

/* The head of a packed message that is received: length, priority, id, correlation. */
#define INCOMING_HEAD 24

/* The most messages that are read ahead in one call. */
#define AHEAD 63

/* Replies of this many bytes are sent before there are more of them. */
#define ENOUGH_BYTES (256 * 1024)

/* Packed messages, and how far they have been read. Those not yet received with `advance` are still
 * in the queue. */
static struct {
    ring_list_u8_t packed;
    size_t read;
    /* A message that was too long to be packed. */
    ring_kernel_types_message_t long_message;
    /* Messages of the last batch. */
    ring_kernel_messaging_list_message_t batch;
} received;

static ring_status receive_status(ring_kernel_messaging_receive_error_t error) {
    switch (error) {
    case RING_KERNEL_MESSAGING_RECEIVE_ERROR_TIMEOUT:
        return RING_TIMEOUT;
    case RING_KERNEL_MESSAGING_RECEIVE_ERROR_CLOSED:
        return RING_CLOSED;
    default:
        return RING_TERMINATING;
    }
}

/* Frees what the last receive brought, and what was read ahead. */
static void done(void) {
    ring_list_u8_free(&received.packed);
    ring_kernel_types_message_free(&received.long_message);
    ring_kernel_messaging_list_message_free(&received.batch);
    memset(&received, 0, sizeof received);
}

/* The id of the next packed message; 0 for none. */
static uint64_t next_id(void) {
    uint64_t id = 0;
    if (received.read + INCOMING_HEAD <= received.packed.len) {
        memcpy(&id, received.packed.ptr + received.read + 8, sizeof id);
    }
    return id;
}

/* Reads the next packed message. */
static void next(ring_message *message) {
    const uint8_t *head = received.packed.ptr + received.read;
    uint32_t numbers[2];
    memcpy(numbers, head, sizeof numbers);
    message->length = numbers[0];
    message->priority = (ring_priority)numbers[1];
    memcpy(&message->id, head + 8, sizeof(uint64_t));
    memcpy(&message->correlation, head + 16, sizeof(uint64_t));
    message->bytes = head + INCOMING_HEAD;
    received.read += INCOMING_HEAD + message->length;
}

static void of_message(ring_message *message, const ring_kernel_types_message_t *from) {
    message->id = from->id;
    message->correlation = from->correlation;
    message->priority = (ring_priority)from->priority;
    message->bytes = from->payload.ptr;
    message->length = from->payload.len;
}

/* Sends what is packed and receives the next message. `*taken` says how many were sent. */
static ring_status exchange(const ring_replies *replies, ring_message *message, uint64_t timeout,
                            size_t *taken, ring_status *sent) {
    ringhost_forget_scratch();
    ring_list_u8_t outgoing = {replies->packed, replies->length};
    ring_kernel_messaging_unsent_t unsent;
    *sent = RING_OK;
    *taken = replies->count;
    uint64_t id = next_id();
    if (id != 0) {
        bool advanced;
        if (!ring_kernel_messaging_advance(&outgoing, id, &advanced, &unsent)) {
            *taken = unsent.taken;
            *sent = ringhost_send_status(&unsent.error);
            return RING_OK;
        }
        if (advanced) {
            next(message);
            return RING_OK;
        }
        outgoing.len = 0;
    }
    done();
    ring_kernel_messaging_duration_t *limit = timeout == RING_FOREVER ? NULL : &timeout;
    ring_kernel_messaging_exchange_error_t error;
    if (!ring_kernel_messaging_exchange(&outgoing, 1, AHEAD, limit, &received.packed, &error)) {
        memset(&received.packed, 0, sizeof received.packed);
        if (error.tag == RING_KERNEL_MESSAGING_EXCHANGE_ERROR_RECEIVE) {
            return receive_status(error.val.receive);
        }
        *taken = error.val.send.taken;
        *sent = ringhost_send_status(&error.val.send.error);
        return RING_OK;
    }
    if (next_id() != 0) {
        next(message);
        return RING_OK;
    }
    /* It is too long to be packed. */
    ring_kernel_messaging_receive_error_t why;
    if (!ring_kernel_messaging_receive(limit, &received.long_message, &why)) {
        memset(&received.long_message, 0, sizeof received.long_message);
        return receive_status(why);
    }
    of_message(message, &received.long_message);
    return RING_OK;
}

ring_status ring_receive(ring_message *message, uint64_t timeout) {
    ring_replies none = {0};
    size_t taken;
    ring_status sent;
    return exchange(&none, message, timeout, &taken, &sent);
}

ring_status ring_receive_batch(ring_message *messages, uint32_t max, size_t *count,
                               uint64_t timeout) {
    ringhost_forget_scratch();
    done();
    *count = 0;
    ring_kernel_messaging_duration_t *limit = timeout == RING_FOREVER ? NULL : &timeout;
    ring_kernel_messaging_receive_error_t error;
    if (!ring_kernel_messaging_receive_batch(max, limit, &received.batch, &error)) {
        memset(&received.batch, 0, sizeof received.batch);
        return receive_status(error);
    }
    *count = received.batch.len;
    for (size_t at = 0; at < received.batch.len; at++) {
        of_message(&messages[at], &received.batch.ptr[at]);
    }
    return RING_OK;
}

/* Takes so many replies from the front. */
static void skip(ring_replies *replies, size_t count) {
    size_t at = 0;
    for (; count > 0 && at < replies->length; count--, replies->count--) {
        uint32_t length;
        memcpy(&length, replies->packed + at, sizeof length);
        at += OUTGOING_HEAD + length;
    }
    memmove(replies->packed, replies->packed + at, replies->length - at);
    replies->length -= at;
}

/* A reply was not taken. NULL if the kernel can go on. */
static const char *refused(ring_replies *replies, size_t taken, ring_status why, bool *is_over) {
    skip(replies, taken);
    switch (why) {
    case RING_FULL:
        ring_log(RING_WARN, "dropped a reply: the output queue is full");
        skip(replies, 1);
        return NULL;
    case RING_TERMINATING:
        ring_log(RING_WARN, "asked to end with replies unsent");
        *is_over = true;
        return NULL;
    default:
        return ring_status_text(why);
    }
}

const char *ring_serve(ring_handle_function *handle) {
    ring_replies replies = {0};
    bool is_over = false;
    while (!is_over) {
        ring_message message;
        size_t taken;
        ring_status sent;
        ring_status status = exchange(&replies, &message, RING_FOREVER, &taken, &sent);
        if (sent != RING_OK) {
            const char *error = refused(&replies, taken, sent, &is_over);
            if (error != NULL) {
                return error;
            }
            continue;
        }
        ringhost_forget(&replies);
        if (status != RING_OK) {
            return NULL;
        }
        replies.request = &message;
        const char *error = handle(&message, &replies);
        if (error != NULL) {
            return error;
        }
    }
    return NULL;
}

bool exports_ring_run(ring_string_t *error) {
    const char *text = ringhost_loop();
    if (text != NULL) {
        ring_string_dup(error, text);
    }
    return text == NULL;
}
