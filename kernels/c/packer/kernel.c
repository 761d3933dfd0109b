// Packs bytes by what repeats in them, and unpacks them again.
//
// Packed bytes are runs one after another. A first byte below 128 says that so many bytes and one more
// follow as they are. Any other says that 4 bytes and so many more than 128 are those that came some
// distance before, which follows in two bytes, the lower first. The distance may be shorter than the
// run: then it goes on with what it has just made.
#include "messages.h"

#include <string.h>

#define SHORTEST 4
#define LONGEST (127 + SHORTEST)
#define FARTHEST 65535
#define LONGEST_PLAIN 128

// What unpacked bytes may come to, below a message limit of 1 MiB.
#define MOST_BYTES (1000 * 1000)

// Where four bytes of this hash were last: their place and one more, 0 for nowhere.
#define SLOTS 4096
static uint32_t places[SLOTS];

static uint32_t slot(const uint8_t *four) {
    uint32_t number;
    memcpy(&number, four, sizeof number);
    return number * 2654435761u >> 20;
}

static size_t put_plain(uint8_t *out, const uint8_t *bytes, size_t length) {
    size_t written = 0;
    while (length > 0) {
        size_t part = length < LONGEST_PLAIN ? length : LONGEST_PLAIN;
        out[written++] = (uint8_t)(part - 1);
        memcpy(out + written, bytes, part);
        written += part;
        bytes += part;
        length -= part;
    }
    return written;
}

// How many bytes here are the same as `distance` before.
static size_t repeats(const uint8_t *bytes, size_t left, size_t distance) {
    size_t length = 0;
    while (length < left && length < LONGEST && bytes[length] == *(bytes + length - distance)) {
        length++;
    }
    return length;
}

static const char *pack(ring_bytes bytes, ring_bytes *packed) {
    // At worst nothing repeats.
    uint8_t *out = ring_scratch(bytes.length + bytes.length / LONGEST_PLAIN + 1);
    if (out == NULL) {
        return "there is no memory to pack so much";
    }
    memset(places, 0, sizeof places);
    size_t written = 0;
    size_t plain = 0;
    size_t at = 0;
    while (at + SHORTEST <= bytes.length) {
        uint32_t *place = &places[slot(bytes.bytes + at)];
        size_t distance = at + 1 - *place;
        size_t length = 0;
        if (*place != 0 && distance <= FARTHEST) {
            length = repeats(bytes.bytes + at, bytes.length - at, distance);
        }
        *place = (uint32_t)at + 1;
        if (length < SHORTEST) {
            at++;
            continue;
        }
        written += put_plain(out + written, bytes.bytes + plain, at - plain);
        out[written++] = (uint8_t)(128 + length - SHORTEST);
        out[written++] = (uint8_t)distance;
        out[written++] = (uint8_t)(distance >> 8);
        at += length;
        plain = at;
    }
    written += put_plain(out + written, bytes.bytes + plain, bytes.length - plain);
    *packed = (ring_bytes){out, written};
    return NULL;
}

// What is packed may come from anybody.
static const char *unpack(ring_bytes packed, ring_bytes *bytes) {
    uint8_t *out = ring_scratch(MOST_BYTES);
    if (out == NULL) {
        return "there is no memory to unpack";
    }
    size_t length = 0;
    for (size_t at = 0; at < packed.length;) {
        uint8_t first = packed.bytes[at++];
        bool is_plain = first < 128;
        size_t run = is_plain ? (size_t)first + 1 : (size_t)first - 128 + SHORTEST;
        if ((is_plain ? run : 2) > packed.length - at) {
            return "it ends inside a run";
        }
        if (run > MOST_BYTES - length) {
            return "it unpacks to more than a message holds";
        }
        if (is_plain) {
            memcpy(out + length, packed.bytes + at, run);
            at += run;
            length += run;
            continue;
        }
        size_t distance = packed.bytes[at] | (size_t)packed.bytes[at + 1] << 8;
        at += 2;
        if (distance == 0 || distance > length) {
            return "it repeats what was never there";
        }
        for (; run > 0; run--, length++) {
            out[length] = out[length - distance];
        }
    }
    *bytes = (ring_bytes){out, length};
    return NULL;
}

static const char *packer(const ring_message *message, ring_replies *replies) {
    Request request;
    const char *error = request_decode(&request, message);
    if (error != NULL) {
        return error;
    }
    Response response;
    const char *refusal;
    if (request.tag == REQUEST_PACK) {
        response.tag = RESPONSE_PACKED;
        refusal = pack(request.Pack, &response.Packed);
    } else {
        response.tag = RESPONSE_UNPACKED;
        refusal = unpack(request.Unpack, &response.Unpacked);
    }
    if (refusal != NULL) {
        response.tag = RESPONSE_REFUSED;
        response.Refused = ring_text_of(refusal);
    }
    return response_reply(replies, &response);
}

RING_SERVE(packer)
