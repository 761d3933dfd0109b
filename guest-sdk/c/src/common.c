/* What loops and handlers have in common. */
#include "common.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *ring_status_text(ring_status status) {
    switch (status) {
    case RING_OK:
        return "all went well";
    case RING_TIMEOUT:
        return "nothing happened in time";
    case RING_CLOSED:
        return "the queue is closed";
    case RING_TERMINATING:
        return "the host asked the kernel to end";
    case RING_FULL:
        return "the output queue is full";
    case RING_TOO_LARGE:
        return "the message is larger than the host's limit";
    }
    return "an unknown status";
}

const char *ring_kernel_id(void) {
    static char *id;
    if (id == NULL) {
        ring_string_t name;
        ring_kernel_lifecycle_kernel_id(&name);
        id = malloc(name.len + 1);
        if (id == NULL) {
            ringhost_no_memory("the kernel's name");
        }
        memcpy(id, name.ptr, name.len);
        id[name.len] = 0;
        ring_string_free(&name);
    }
    return id;
}

bool ring_should_terminate(void) { return ring_kernel_lifecycle_should_terminate(); }

bool ring_is_active(void) { return ring_kernel_lifecycle_is_active(); }

ring_status ring_wait_active(void) {
    return ring_kernel_lifecycle_wait_active() == RING_KERNEL_LIFECYCLE_ACTIVITY_ACTIVE
               ? RING_OK
               : RING_TERMINATING;
}

void ring_log(ring_level level, const char *text) {
    ring_string_t line = {(uint8_t *)text, strlen(text)};
    ring_kernel_log_log(level, &line);
}

_Noreturn void ringhost_no_memory(const char *what) {
    static char words[64] = "there is no memory for ";
    strncat(words, what, sizeof words - strlen(words) - 1);
    ring_log(RING_ERROR, words);
    abort();
}

void ring_reply(ring_replies *replies, const void *bytes, size_t length) {
    size_t end = replies->length + OUTGOING_HEAD + length;
    if (end > replies->capacity) {
        size_t capacity = end < 256 ? 256 : end * 2;
        uint8_t *packed = realloc(replies->packed, capacity);
        if (packed == NULL) {
            ringhost_no_memory("a reply");
        }
        replies->packed = packed;
        replies->capacity = capacity;
    }
    uint32_t head[2] = {(uint32_t)length, replies->request->priority};
    uint8_t *begin = replies->packed + replies->length;
    memcpy(begin, head, sizeof head);
    memcpy(begin + sizeof head, &replies->request->correlation, sizeof(uint64_t));
    if (length > 0) {
        memcpy(begin + OUTGOING_HEAD, bytes, length);
    }
    replies->length = end;
    replies->count++;
}

void ringhost_forget(ring_replies *replies) {
    replies->length = 0;
    replies->count = 0;
}

ring_status ringhost_send_status(const ring_kernel_types_send_error_t *error) {
    switch (error->tag) {
    case RING_KERNEL_TYPES_SEND_ERROR_TIMEOUT:
        return RING_TIMEOUT;
    case RING_KERNEL_TYPES_SEND_ERROR_FULL:
        return RING_FULL;
    case RING_KERNEL_TYPES_SEND_ERROR_CLOSED:
        return RING_CLOSED;
    case RING_KERNEL_TYPES_SEND_ERROR_TERMINATING:
        return RING_TERMINATING;
    default:
        return RING_TOO_LARGE;
    }
}

/* The bindings call this so that a component's type is linked, which is embedded later here. */
void __component_type_object_force_link_ring(void);
void __component_type_object_force_link_ring(void) {}
