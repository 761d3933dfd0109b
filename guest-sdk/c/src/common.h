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

/* The bindings' name of what is sent with, which loops and handlers have in an interface each. */
#ifdef RINGHOST_HANDLER
#define SENDING(name) ring_kernel_sending_##name
#else
#define SENDING(name) ring_kernel_messaging_##name
#endif

/* The last line on stderr, whether it has ended or not; empty if there was none. */
const char *ringhost_last_words(void);

/* Ends the kernel where there is no memory for what it is about to do. */
_Noreturn void ringhost_no_memory(const char *what);

ring_status ringhost_send_status(const ring_kernel_types_send_error_t *error);
void ringhost_forget(ring_replies *replies);

/* Frees what `ring_scratch` gave. */
void ringhost_forget_scratch(void);

#endif
