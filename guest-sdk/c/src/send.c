/* Sending, which is the same in loops and handlers. */
#include "common.h"

#include <stdlib.h>

/* The contract's form of a message. Of no bytes the address may be anything, which the host refuses. */
static ring_kernel_types_outgoing_t to_contract(const ring_outgoing *message) {
    ring_kernel_types_outgoing_t outgoing = {
        .payload = {message->length == 0 ? NULL : (uint8_t *)message->bytes, message->length},
    };
    if (message->answers != NULL) {
        outgoing.correlation.is_some = true;
        outgoing.correlation.val = message->answers->correlation;
        outgoing.priority.is_some = true;
        outgoing.priority.val = (uint8_t)message->answers->priority;
    }
    return outgoing;
}

ring_status ring_send(const void *bytes, size_t length) {
    return ring_answer(NULL, bytes, length);
}

ring_status ring_answer(const ring_message *answers, const void *bytes, size_t length) {
    ring_outgoing message = {bytes, length, answers};
    return ring_send_within(&message, RING_FOREVER);
}

ring_status ring_send_within(const ring_outgoing *message, uint64_t timeout) {
    ring_kernel_types_outgoing_t outgoing = to_contract(message);
    SENDING(duration_t) *limit = timeout == RING_FOREVER ? NULL : &timeout;
    ring_kernel_types_send_error_t error;
    if (SENDING(send)(&outgoing, limit, &error)) {
        return RING_OK;
    }
    return ringhost_send_status(&error);
}

ring_status ring_send_batch(const ring_outgoing *messages, size_t count, size_t *taken,
                            uint64_t timeout) {
    *taken = 0;
    ring_kernel_types_outgoing_t *outgoing = calloc(count, sizeof *outgoing);
    if (outgoing == NULL && count > 0) {
        ringhost_no_memory("a batch");
    }
    for (size_t at = 0; at < count; at++) {
        outgoing[at] = to_contract(&messages[at]);
    }
    SENDING(list_outgoing_t) list = {outgoing, count};
    SENDING(duration_t) *limit = timeout == RING_FOREVER ? NULL : &timeout;
    ring_kernel_types_send_error_t error;
    uint32_t sent = 0;
    bool some = SENDING(send_batch)(&list, limit, &sent, &error);
    free(outgoing);
    *taken = sent;
    return some ? RING_OK : ringhost_send_status(&error);
}
