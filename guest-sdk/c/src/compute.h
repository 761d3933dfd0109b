/* What the files of the SDK that compute share. */
#ifndef RINGHOST_COMPUTE_COMMON_H
#define RINGHOST_COMPUTE_COMMON_H

#include "common.h"
#include "ringhost_compute.h"

/* Keeps what the host told of a failure, and frees that. */
ring_compute_status ringhost_compute_failed(ring_kernel_compute_error_t *error);

/* Keeps a failure that the host was not asked about. */
ring_compute_status ringhost_compute_refused(ring_compute_status status, const char *words);

/* Whether the space and all buffers of the commands are there. */
ring_compute_status ringhost_compute_check(ring_space space, const ring_command *commands,
                                           size_t count);

/* Writes text behind what is there, as far as there is room for it, and a zero; returns where that is. */
size_t ringhost_compute_put(char *to, size_t size, size_t at, const char *text, size_t length);

#endif
