/* Text in UTF-8, which may come from anybody. */
#ifndef RINGHOST_TEXT_H
#define RINGHOST_TEXT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Text without a zero at its end. */
typedef struct {
    const char *text;
    size_t length;
} ring_text;

/* A string as a text. */
ring_text ring_text_of(const char *string);

/* Takes the next character of a text and moves the text to behind it: a Unicode scalar value, or -1
 * for bytes that are no UTF-8, of which it takes one. Not at the text's end. */
int32_t ring_text_next(ring_text *rest);

/* Writes a character, and returns how many bytes it took: 1 to 4, or 0 for what is no Unicode scalar
 * value. */
size_t ring_text_put(char bytes[4], uint32_t letter);

#ifdef __cplusplus
}
#endif

#endif
