/* Text in UTF-8. */
#include "ringhost_text.h"

#include <stdbool.h>
#include <string.h>

ring_text ring_text_of(const char *string) { return (ring_text){string, strlen(string)}; }

int32_t ring_text_next(ring_text *rest) {
    /* By how many bytes follow the first: what fewer could say is no UTF-8. */
    static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
    const uint8_t *bytes = (const uint8_t *)rest->text;
    uint8_t first = bytes[0];
    size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    bool begins = first < 0x80 || (first >= 0xc0 && first < 0xf8);
    int32_t letter = more == 0 ? first : first & (0x3f >> more);
    if (!begins || more >= rest->length) {
        letter = -1;
    }
    for (size_t at = 1; letter >= 0 && at <= more; at++) {
        letter = (bytes[at] & 0xc0) == 0x80 ? letter << 6 | (bytes[at] & 0x3f) : -1;
    }
    bool is_surrogate = letter >= 0xd800 && letter < 0xe000;
    if (letter < least[more] || letter > 0x10ffff || is_surrogate) {
        letter = -1;
        more = 0;
    }
    rest->text += more + 1;
    rest->length -= more + 1;
    return letter;
}

size_t ring_text_put(char bytes[4], uint32_t letter) {
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    size_t more = letter < 0x80 ? 0 : letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
    if (letter > 0x10ffff || (letter >= 0xd800 && letter < 0xe000)) {
        return 0;
    }
    for (size_t at = more; at > 0; at--, letter >>= 6) {
        bytes[at] = (char)(0x80 | (letter & 0x3f));
    }
    bytes[0] = (char)(first[more] | letter);
    return more + 1;
}
