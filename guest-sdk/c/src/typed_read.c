/* Reading typed messages, which may come from anybody: no memory is taken for more than is there. */
#include "typed.h"

#include <string.h>

#define TYPE(named, is, c) \
    const ring_type ring_type_##named = {#named, RING_TYPE_##is, sizeof(c), NULL, 0, false}

TYPE(bool, BOOL, bool);
TYPE(u8, UNSIGNED, uint8_t);
TYPE(u16, UNSIGNED, uint16_t);
TYPE(u32, UNSIGNED, uint32_t);
TYPE(u64, UNSIGNED, uint64_t);
TYPE(u128, UNSIGNED, unsigned __int128);
TYPE(i8, SIGNED, int8_t);
TYPE(i16, SIGNED, int16_t);
TYPE(i32, SIGNED, int32_t);
TYPE(i64, SIGNED, int64_t);
TYPE(i128, SIGNED, __int128);
TYPE(f32, FLOAT, float);
TYPE(f64, FLOAT, double);
TYPE(char, CHAR, uint32_t);
TYPE(string, STRING, ring_text);
TYPE(bytes, BYTES, ring_bytes);
const ring_type ring_type_unit = {"unit", RING_TYPE_RECORD, 0, NULL, 0, true};

/* How many elements that take no bytes a message may have: their number alone says nothing. */
#define SPARE 65536

typedef struct {
    const uint8_t *bytes;
    size_t length;
    size_t at;
    size_t spare;
} reader;

static bool wrong(const ring_type *type, const ring_place *place, size_t at) {
    return ringhost_fault(place, "has no ", type->name, at);
}

static bool ends(const ring_place *place, size_t at) {
    return ringhost_fault(place, ringhost_ends, "", at);
}

/* A number of at most so many bits. */
static bool varint(reader *from, const ring_type *type, const ring_place *place, unsigned bits,
                   unsigned __int128 *number) {
    size_t start = from->at;
    *number = 0;
    for (unsigned shift = 0; shift < bits; shift += 7) {
        if (from->at == from->length) {
            return ends(place, start);
        }
        uint8_t byte = from->bytes[from->at++];
        unsigned digit = byte & 0x7f;
        if (shift + 7 > bits && digit >> (bits - shift) != 0) {
            break;
        }
        *number |= (unsigned __int128)digit << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return wrong(type, place, start);
}

static const uint8_t *take(reader *from, const ring_place *place, size_t length, size_t start) {
    if (length > from->length - from->at) {
        ends(place, start);
        return NULL;
    }
    from->at += length;
    return from->bytes + from->at - length;
}

static bool flag(reader *from, const ring_type *type, const ring_place *place, bool *value) {
    const uint8_t *byte = take(from, place, 1, from->at);
    if (byte == NULL) {
        return false;
    }
    *value = *byte == 1;
    return *byte <= 1 || wrong(type, place, from->at - 1);
}

/* The lowest bytes of a number; WebAssembly is little-endian. */
static void put(void *value, unsigned __int128 number, size_t size) { memcpy(value, &number, size); }

static bool integer(reader *from, const ring_type *type, const ring_place *place, void *value) {
    if (type->size == 1) {
        const uint8_t *byte = take(from, place, 1, from->at);
        if (byte != NULL) {
            memcpy(value, byte, 1);
        }
        return byte != NULL;
    }
    unsigned __int128 number;
    if (!varint(from, type, place, (unsigned)type->size * 8, &number)) {
        return false;
    }
    if (type->kind == RING_TYPE_SIGNED) {
        number = number >> 1 ^ -(number & 1);
    }
    put(value, number, type->size);
    return true;
}

/* Text and bytes stay where they are. */
static bool slice(reader *from, const ring_type *type, const ring_place *place, ring_bytes *value) {
    size_t start = from->at;
    unsigned __int128 length;
    if (!varint(from, type, place, 64, &length)) {
        return false;
    }
    value->length = length > SIZE_MAX ? SIZE_MAX : (size_t)length;
    value->bytes = take(from, place, value->length, start);
    if (value->bytes == NULL) {
        return false;
    }
    if (type->kind != RING_TYPE_BYTES) {
        for (ring_text rest = {(const char *)value->bytes, value->length}; rest.length > 0;) {
            if (ring_text_next(&rest) < 0) {
                return wrong(type, place, start);
            }
        }
    }
    return true;
}

static bool character(reader *from, const ring_type *type, const ring_place *place, uint32_t *value) {
    size_t start = from->at;
    ring_bytes text;
    if (!slice(from, type, place, &text)) {
        return false;
    }
    ring_text rest = {(const char *)text.bytes, text.length};
    if (rest.length > 0) {
        *value = (uint32_t)ring_text_next(&rest);
    }
    return (text.length > 0 && rest.length == 0) || wrong(type, place, start);
}

static bool any(reader *from, const ring_type *type, const ring_place *place, void *value);

static bool list(reader *from, const ring_type *type, const ring_place *place, ring_bytes *value) {
    const ring_type *element = type->members[0].type;
    size_t start = from->at;
    unsigned __int128 count;
    if (!varint(from, type, place, 64, &count)) {
        return false;
    }
    if (element->empty) {
        if (count > from->spare) {
            return ringhost_fault(place, "has too many elements", "", start);
        }
        from->spare -= (size_t)count;
    } else if (count > from->length - from->at) {
        return ends(place, start);
    }
    size_t bytes;
    value->length = (size_t)count;
    value->bytes = NULL;
    if (!__builtin_mul_overflow(value->length, element->size, &bytes)) {
        value->bytes = ring_scratch(bytes);
    }
    if (value->bytes == NULL) {
        return ringhost_fault(place, "needs more memory than there is", "", start);
    }
    memset((void *)value->bytes, 0, bytes);
    for (size_t index = 0; index < value->length; index++) {
        ring_place inner = {place, NULL, index};
        if (!any(from, element, &inner, (uint8_t *)value->bytes + index * element->size)) {
            return false;
        }
    }
    return true;
}

static bool member(reader *from, const ring_type_member *member, const ring_place *place,
                   uint8_t *value) {
    ring_place inner = {place, member->name, 0};
    return any(from, member->type, &inner, value + member->offset);
}

static bool variant(reader *from, const ring_type *type, const ring_place *place, uint8_t *value) {
    size_t start = from->at;
    unsigned __int128 number;
    if (!varint(from, type, place, 32, &number)) {
        return false;
    }
    if (number >= type->count) {
        return ringhost_no_case(place, (uint32_t)number, start);
    }
    put(value, number, sizeof(uint32_t));
    return member(from, &type->members[number], place, value);
}

static bool any(reader *from, const ring_type *type, const ring_place *place, void *value) {
    switch (type->kind) {
    case RING_TYPE_BOOL:
        return flag(from, type, place, value);
    case RING_TYPE_UNSIGNED:
    case RING_TYPE_SIGNED:
        return integer(from, type, place, value);
    case RING_TYPE_FLOAT: {
        const uint8_t *bytes = take(from, place, type->size, from->at);
        if (bytes != NULL) {
            memcpy(value, bytes, type->size);
        }
        return bytes != NULL;
    }
    case RING_TYPE_CHAR:
        return character(from, type, place, value);
    case RING_TYPE_STRING:
    case RING_TYPE_BYTES:
        return slice(from, type, place, value);
    case RING_TYPE_OPTION: {
        bool present;
        if (!flag(from, type, place, &present)) {
            return false;
        }
        *(bool *)value = present;
        return !present || any(from, type->members[0].type, place,
                               (uint8_t *)value + type->members[0].offset);
    }
    case RING_TYPE_LIST:
        return list(from, type, place, value);
    case RING_TYPE_RECORD:
        for (size_t at = 0; at < type->count; at++) {
            if (!member(from, &type->members[at], place, value)) {
                return false;
            }
        }
        return true;
    case RING_TYPE_VARIANT:
        return variant(from, type, place, value);
    }
    return wrong(type, place, from->at);
}

const char *ring_read(const ring_type *type, const char *name, void *value,
                      const ring_message *message) {
    reader from = {message->bytes, message->length, 0, SPARE};
    memset(value, 0, type->size);
    if (!any(&from, type, NULL, value)) {
        return ringhost_words(name, message);
    }
    if (from.at < from.length) {
        ringhost_fault(NULL, "goes on after its end", "", from.at);
        return ringhost_words(name, message);
    }
    return NULL;
}
