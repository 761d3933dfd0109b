/* A kernel in the shape of a handler: the contract's world `handler`. */
#include "common.h"

#include <stdlib.h>
#include <string.h>

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

static void *room(size_t length) {
    void *bytes = malloc(length);
    if (bytes == NULL && length > 0) {
        ringhost_no_memory("the replies");
    }
    return bytes;
}

/* What is returned is the caller's to free, reply by reply. */
static void give(const ring_replies *replies, ring_list_outgoing_t *returned) {
    returned->len = replies->count;
    returned->ptr = room(replies->count * sizeof *returned->ptr);
    for (size_t at = 0, reply = 0; at < replies->length; reply++) {
        uint32_t head[2];
        memcpy(head, replies->packed + at, sizeof head);
        ring_kernel_types_outgoing_t *outgoing = &returned->ptr[reply];
        outgoing->payload.len = head[0];
        outgoing->payload.ptr = room(head[0]);
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
        ringhost_forget_scratch();
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
