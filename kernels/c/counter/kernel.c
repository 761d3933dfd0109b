/* Adds up: a handler with a state that the host can take out and put into another kernel. */
#include "ringhost.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t total;

/* What a failing function says, which stays after it has returned. */
static char words[256];

/* A message or a state as a text; what is longer is cut. */
static void copy(char *text, size_t size, const void *bytes, size_t length) {
    size_t kept = length < size ? length : size - 1;
    memcpy(text, bytes, kept);
    text[kept] = 0;
}

static const char *count(const ring_message *message, ring_replies *replies) {
    char text[sizeof words];
    copy(text, sizeof text, message->bytes, message->length);
    if (strncmp(text, "fail ", 5) == 0) {
        strcpy(words, text + 5);
        return words;
    }
    int64_t number;
    if (sscanf(text, "add %" SCNd64, &number) != 1) {
        ring_reply(replies, message->bytes, message->length);
        return NULL;
    }
    total += number;
    snprintf(text, sizeof text, "%" PRId64, total);
    ring_reply(replies, text, strlen(text));
    return NULL;
}

static const char *snapshot(ring_state *state) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, total);
    ring_state_write(state, text, strlen(text));
    return NULL;
}

static const char *restore(const void *bytes, size_t length) {
    char text[24];
    copy(text, sizeof text, bytes, length);
    char *end;
    errno = 0;
    int64_t number = strtoll(text, &end, 10);
    if (length == 0 || *end != 0 || errno != 0) {
        snprintf(words, sizeof words, "%.*s is no total", (int)length, (const char *)bytes);
        return words;
    }
    total = number;
    return NULL;
}

RING_HANDLER(count)
RING_STATE(snapshot, restore)
