/* Writing typed messages. */
#include "typed.h"

#include <stdlib.h>
#include <string.h>

/* What is being written. Its memory is kept for the next value. */
static struct {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
} out;

static bool put(const ring_place *place, const void *bytes, size_t length) {
    if (length > out.capacity - out.length) {
        size_t capacity = (out.length + length) * 2;
        uint8_t *larger = length > PTRDIFF_MAX / 4 ? NULL : realloc(out.bytes, capacity);
        if (larger == NULL) {
            return ringhost_fault(place, "needs more memory than there is", "", NOWHERE);
        }
        out.bytes = larger;
        out.capacity = capacity;
    }
    if (length > 0) {
        memcpy(out.bytes + out.length, bytes, length);
    }
    out.length += length;
    return true;
}

static bool varint(const ring_place *place, unsigned __int128 number) {
    uint8_t digits[19];
    size_t count = 0;
    while (number > 0x7f) {
        digits[count++] = (uint8_t)(number & 0x7f) | 0x80;
        number >>= 7;
    }
    digits[count++] = (uint8_t)number;
    return put(place, digits, count);
}

static bool wrong(const ring_type *type, const ring_place *place) {
    return ringhost_fault(place, "has no ", type->name, NOWHERE);
}

static bool integer(const ring_type *type, const ring_place *place, const void *value) {
    unsigned __int128 number = 0;
    memcpy(&number, value, type->size);
    if (type->size == 1) {
        return put(place, value, 1);
    }
    if (type->kind == RING_TYPE_SIGNED) {
        unsigned bits = (unsigned)type->size * 8;
        unsigned __int128 sign = number >> (bits - 1);
        number = number << 1 ^ -sign;
        if (bits < 128) {
            number &= ((unsigned __int128)1 << bits) - 1;
        }
    }
    return varint(place, number);
}

static bool character(const ring_type *type, const ring_place *place, uint32_t letter) {
    char text[4];
    size_t length = ring_text_put(text, letter);
    return length == 0 ? wrong(type, place) : varint(place, length) && put(place, text, length);
}

static bool slice(const ring_type *type, const ring_place *place, const ring_bytes *value) {
    if (type->kind == RING_TYPE_STRING) {
        for (ring_text rest = {(const char *)value->bytes, value->length}; rest.length > 0;) {
            if (ring_text_next(&rest) < 0) {
                return wrong(type, place);
            }
        }
    }
    return varint(place, value->length) && put(place, value->bytes, value->length);
}

static bool any(const ring_type *type, const ring_place *place, const void *value);

static bool list(const ring_type *type, const ring_place *place, const ring_bytes *value) {
    const ring_type *element = type->members[0].type;
    if (!varint(place, value->length)) {
        return false;
    }
    for (size_t index = 0; index < value->length; index++) {
        ring_place inner = {place, NULL, index};
        if (!any(element, &inner, value->bytes + index * element->size)) {
            return false;
        }
    }
    return true;
}

static bool member(const ring_type_member *member, const ring_place *place, const uint8_t *value) {
    ring_place inner = {place, member->name, 0};
    return any(member->type, &inner, value + member->offset);
}

static bool any(const ring_type *type, const ring_place *place, const void *value) {
    switch (type->kind) {
    case RING_TYPE_BOOL:
        return put(place, *(const bool *)value ? "\1" : "\0", 1);
    case RING_TYPE_UNSIGNED:
    case RING_TYPE_SIGNED:
        return integer(type, place, value);
    case RING_TYPE_FLOAT:
        return put(place, value, type->size);
    case RING_TYPE_CHAR:
        return character(type, place, *(const uint32_t *)value);
    case RING_TYPE_STRING:
    case RING_TYPE_BYTES:
        return slice(type, place, value);
    case RING_TYPE_OPTION: {
        bool present = *(const bool *)value;
        const ring_type_member *inner = &type->members[0];
        return put(place, present ? "\1" : "\0", 1) &&
               (!present || any(inner->type, place, (const uint8_t *)value + inner->offset));
    }
    case RING_TYPE_LIST:
        return list(type, place, value);
    case RING_TYPE_RECORD:
        for (size_t at = 0; at < type->count; at++) {
            if (!member(&type->members[at], place, value)) {
                return false;
            }
        }
        return true;
    case RING_TYPE_VARIANT: {
        uint32_t number = *(const uint32_t *)value;
        if (number >= type->count) {
            return ringhost_no_case(place, number, NOWHERE);
        }
        return varint(place, number) && member(&type->members[number], place, value);
    }
    }
    return wrong(type, place);
}

static const char *written(const ring_type *type, const char *name, const void *value) {
    out.length = 0;
    return any(type, NULL, value) ? NULL : ringhost_words(name, NULL);
}

const char *ring_write(const ring_type *type, const char *name, const void *value,
                       ring_bytes *bytes) {
    const char *error = written(type, name, value);
    if (error != NULL) {
        return error;
    }
    uint8_t *kept = ring_scratch(out.length);
    if (kept == NULL) {
        ringhost_fault(NULL, "needs more memory than there is", "", NOWHERE);
        return ringhost_words(name, NULL);
    }
    if (out.length > 0) {
        memcpy(kept, out.bytes, out.length);
    }
    *bytes = (ring_bytes){kept, out.length};
    return NULL;
}

const char *ring_reply_with(const ring_type *type, const char *name, const void *value,
                            ring_replies *replies) {
    const char *error = written(type, name, value);
    if (error == NULL) {
        ring_reply(replies, out.bytes, out.length);
    }
    return error;
}
