// Reads a value of every type and writes it again: for the tests. What is no such value is answered
// with the words that say so.
#include "messages.h"

#include <string.h>

static const char *mirror(const ring_message *message, ring_replies *replies) {
    Everything everything;
    const char *error = everything_decode(&everything, message);
    if (error != NULL) {
        ring_reply(replies, error, strlen(error));
        return NULL;
    }
    return everything_reply(replies, &everything);
}

RING_SERVE(mirror)
