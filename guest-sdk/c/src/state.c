/* A handler's state: the contract's world `stateful-handler`. */
#include "common.h"

#include <stdlib.h>
#include <string.h>

struct ring_state {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
};

void ring_state_write(ring_state *state, const void *bytes, size_t length) {
    size_t end = state->length + length;
    if (end > state->capacity) {
        size_t capacity = end < 256 ? 256 : end * 2;
        uint8_t *grown = realloc(state->bytes, capacity);
        if (grown == NULL) {
            ringhost_no_memory("the state");
        }
        state->bytes = grown;
        state->capacity = capacity;
    }
    if (length > 0) {
        memcpy(state->bytes + state->length, bytes, length);
    }
    state->length = end;
}

bool exports_ring_kernel_state_snapshot(ring_list_u8_t *returned, ring_string_t *error) {
    ring_state state = {0};
    const char *text = ringhost_snapshot(&state);
    if (text != NULL) {
        free(state.bytes);
        ring_string_dup(error, text);
        return false;
    }
    /* The bindings free it once the host has it. */
    returned->ptr = state.bytes;
    returned->len = state.length;
    return true;
}

bool exports_ring_kernel_state_restore(ring_list_u8_t *state, ring_string_t *error) {
    const char *text = ringhost_restore(state->ptr, state->len);
    if (text != NULL) {
        ring_string_dup(error, text);
    }
    ring_list_u8_free(state);
    return text == NULL;
}
