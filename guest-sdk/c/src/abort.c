/* The end of a kernel by its own fault, told to the operator: with what assert() and C++'s library print
 * before they call abort(). This stands in for that of the C library, which only traps. */
#include "common.h"

#include <stdlib.h>
#include <string.h>

_Noreturn void abort(void) {
    char words[300] = "aborted";
    const char *last = ringhost_last_words();
    if (last[0] != 0) {
        strncat(strcat(words, ": "), last, 280);
    }
    ring_log(RING_ERROR, words);
    __builtin_trap();
}
