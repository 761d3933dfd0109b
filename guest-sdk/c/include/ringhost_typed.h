/* Typed messages: what the build makes of messages.json stands on this. The encoding is postcard's.
 *
 * What is read of a message points into it, or into memory that stays as long: until the kernel
 * receives again, in a handler until it returns. Nothing is to be freed. `ring_scratch` gives such
 * memory for lists that are to be sent.
 */
#ifndef RINGHOST_TYPED_H
#define RINGHOST_TYPED_H

#include "ringhost.h"
#include "ringhost_text.h"

typedef struct {
    const uint8_t *bytes;
    size_t length;
} ring_bytes;

/* Memory until the kernel receives again, with room for any type; NULL where there is none. */
void *ring_scratch(size_t size);

/* The kinds of types. */
typedef enum {
    RING_TYPE_BOOL,
    RING_TYPE_UNSIGNED,
    RING_TYPE_SIGNED,
    RING_TYPE_FLOAT,
    RING_TYPE_CHAR,
    RING_TYPE_STRING,
    RING_TYPE_BYTES,
    /* A `bool present` and a value. */
    RING_TYPE_OPTION,
    /* A pointer to items and their count. */
    RING_TYPE_LIST,
    /* Its members one after another; a tuple, too, and a unit, which has none. */
    RING_TYPE_RECORD,
    /* A `uint32_t`, the number of the case, and a union of what the cases hold. */
    RING_TYPE_VARIANT,
} ring_type_kind;

typedef struct ring_type ring_type;

/* A field or case, by its place in the C type; what an option or list holds, too. */
typedef struct {
    const char *name;
    size_t offset;
    const ring_type *type;
} ring_type_member;

/* A type, as the SDK reads and writes it. */
struct ring_type {
    const char *name;
    ring_type_kind kind;
    /* Of a value in C, in bytes. */
    size_t size;
    const ring_type_member *members;
    size_t count;
    /* Whether its values may take no bytes. */
    bool empty;
};

extern const ring_type ring_type_bool, ring_type_char, ring_type_string, ring_type_bytes;
extern const ring_type ring_type_unit;
extern const ring_type ring_type_u8, ring_type_u16, ring_type_u32, ring_type_u64, ring_type_u128;
extern const ring_type ring_type_i8, ring_type_i16, ring_type_i32, ring_type_i64, ring_type_i128;
extern const ring_type ring_type_f32, ring_type_f64;

/* Reads a message, all of which is to be the value. NULL, or words that say what it is instead of
 * what has this name. */
const char *ring_read(const ring_type *type, const char *name, void *value,
                      const ring_message *message);

/* Writes a value to memory of `ring_scratch`. NULL, or words that say what is wrong with it. */
const char *ring_write(const ring_type *type, const char *name, const void *value,
                       ring_bytes *bytes);

/* Writes a value as a reply. NULL, or words that say what is wrong with it. */
const char *ring_reply_with(const ring_type *type, const char *name, const void *value,
                            ring_replies *replies);

#endif
