/* What reading and writing typed messages share. */
#ifndef RINGHOST_TYPED_INTERNAL_H
#define RINGHOST_TYPED_INTERNAL_H

#include "ringhost_typed.h"

/* Where in a value something is: a field, or an element where it has no name. */
typedef struct ring_place {
    const struct ring_place *outer;
    const char *name;
    size_t index;
} ring_place;

/* Where no byte is to be named. */
#define NOWHERE SIZE_MAX

/* Says what is wrong: `subject` `problem` in field `place` (at byte `at`). Always false. The words
 * are kept, cut if they are too long. A `detail` follows the problem. */
bool ringhost_fault(const ring_place *place, const char *problem, const char *detail, size_t at);

/* The same of the number of a case that there is not. */
bool ringhost_no_case(const ring_place *place, uint32_t number, size_t at);

/* What `ringhost_fault` said, behind `message 17 is no Request: `, or `the value ..` without a message. */
const char *ringhost_words(const char *name, const ring_message *message);

/* What a problem says where bytes are missing. */
extern const char ringhost_ends[];

#endif
