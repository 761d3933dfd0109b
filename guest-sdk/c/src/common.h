/* What the files of this SDK share. `ring.h` is what wit-bindgen makes of the contract. */
#ifndef RINGHOST_COMMON_H
#define RINGHOST_COMMON_H

#include "ringhost.h"
#include "ring.h"

/* Packed replies: the contract's format of messages that are sent. */
struct ring_replies {
    uint8_t *packed;
    size_t length;
    size_t capacity;
    size_t count;
    /* What they answer. */
    const ring_message *request;
};

/* The head of a packed message that is sent: length, priority, correlation. */
#define OUTGOING_HEAD 16

ring_status ringhost_send_status(const ring_kernel_types_send_error_t *error);
void ringhost_forget(ring_replies *replies);

/* The contract's form of a message. */
ring_kernel_types_outgoing_t ringhost_outgoing(const ring_outgoing *message);

#endif
