/* Formatted lines, and what a kernel prints: to the host's log. Linked where it is used, for printf
 * is larger than most kernels. */
#include "common.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ring_logf(ring_level level, const char *format, ...) {
    char line[1024];
    va_list values;
    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    ring_log(level, line);
}
