/* A kernel in the shape of a handler: the contract's world `handler`. */
#include "common.h"

#include <stdlib.h>
#include <string.h>

ring_status ring_send_within(const ring_outgoing *message, uint64_t timeout) {
    ring_kernel_types_outgoing_t outgoing = ringhost_outgoing(message);
    ring_kernel_sending_duration_t *limit = timeout == RING_FOREVER ? NULL : &timeout;
    ring_kernel_types_send_error_t error;
    if (ring_kernel_sending_send(&outgoing, limit, &error)) {
        return RING_OK;
    }
    return ringhost_send_status(&error);
}

ring_status ring_send_batch(const ring_outgoing *messages, size_t count, size_t *taken,
                            uint64_t timeout) {
    for (*taken = 0; *taken < count; ++*taken) {
        ring_status status = ring_send_within(&messages[*taken], timeout);
        if (status != RING_OK) {
            return *taken == 0 ? status : RING_OK;
        }
    }
    return RING_OK;
}

/* Sends the replies to the messages before the one that failed. */
static void deliver(const ring_replies *replies) {
    for (size_t at = 0; at < replies->length;) {
        uint32_t head[2];
        ring_message answered = {0};
        memcpy(head, replies->packed + at, sizeof head);
        answered.priority = (ring_priority)head[1];
        memcpy(&answered.correlation, replies->packed + at + 8, sizeof(uint64_t));
        ring_outgoing reply = {replies->packed + at + OUTGOING_HEAD, head[0], &answered};
        if (ring_send_within(&reply, RING_FOREVER) != RING_OK) {
            ring_log(RING_ERROR, "replies to earlier messages are lost");
            return;
        }
        at += OUTGOING_HEAD + head[0];
    }
}

/* What is returned is the caller's to free, reply by reply. */
static void give(const ring_replies *replies, ring_list_outgoing_t *returned) {
    returned->len = replies->count;
    returned->ptr = calloc(replies->count, sizeof *returned->ptr);
    for (size_t at = 0, reply = 0; at < replies->length; reply++) {
        uint32_t head[2];
        memcpy(head, replies->packed + at, sizeof head);
        ring_kernel_types_outgoing_t *outgoing = &returned->ptr[reply];
        outgoing->payload.len = head[0];
        outgoing->payload.ptr = malloc(head[0]);
        memcpy(outgoing->payload.ptr, replies->packed + at + OUTGOING_HEAD, head[0]);
        outgoing->correlation.is_some = true;
        memcpy(&outgoing->correlation.val, replies->packed + at + 8, sizeof(uint64_t));
        outgoing->priority.is_some = true;
        outgoing->priority.val = (uint8_t)head[1];
        at += OUTGOING_HEAD + head[0];
    }
}

bool exports_ring_handle(ring_list_message_t *messages, ring_list_outgoing_t *returned,
                         ring_string_t *error) {
    static ring_replies replies;
    ringhost_forget(&replies);
    const char *text = NULL;
    for (size_t at = 0; at < messages->len && text == NULL; at++) {
        const ring_kernel_types_message_t *from = &messages->ptr[at];
        ring_message message = {from->id, from->correlation, (ring_priority)from->priority,
                                from->payload.ptr, from->payload.len};
        ring_replies before = replies;
        replies.request = &message;
        text = ringhost_handle(&message, &replies);
        if (text != NULL) {
            replies.length = before.length;
            replies.count = before.count;
        }
    }
    ring_list_message_free(messages);
    if (text != NULL) {
        deliver(&replies);
        ring_string_dup(error, text);
        return false;
    }
    give(&replies, returned);
    return true;
}
