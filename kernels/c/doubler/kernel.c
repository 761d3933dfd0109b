#include "ringhost.h"
#include <string.h>
#include <stdio.h>

static const char *doubler(const ring_message *message, ring_replies *replies) {
    uint32_t number;
    if (message->length != sizeof number) {
        return "a message is a number of four bytes";
    }
    memcpy(&number, message->bytes, sizeof number);
    number *= 2;
    ring_reply(replies, &number, sizeof number);
    return NULL;
}

RING_SERVE(doubler)
