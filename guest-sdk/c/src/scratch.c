/* Memory that lasts until the kernel receives again. */
#include "common.h"
#include "ringhost_typed.h"

#include <stdlib.h>
#include <string.h>

/* What is taken at once for many small pieces, in bytes. */
#define CHUNK 4096

typedef struct chunk {
    struct chunk *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) uint8_t bytes[];
} chunk;

static chunk *newest;

void *ring_scratch(size_t size) {
    if (size > PTRDIFF_MAX / 2) {
        return NULL;
    }
    size = (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    if (newest == NULL || newest->size - newest->used < size) {
        size_t room = size < CHUNK ? CHUNK : size;
        chunk *fresh = malloc(sizeof *fresh + room);
        if (fresh == NULL) {
            return NULL;
        }
        *fresh = (chunk){newest, 0, room};
        newest = fresh;
    }
    void *piece = newest->bytes + newest->used;
    newest->used += size;
    return piece;
}

void ringhost_forget_scratch(void) {
    /* One chunk of the usual size is kept for the next message. */
    while (newest != NULL && (newest->next != NULL || newest->size > CHUNK)) {
        chunk *next = newest->next;
        free(newest);
        newest = next;
    }
    if (newest != NULL) {
        newest->used = 0;
    }
}
