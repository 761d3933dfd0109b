/* The standard streams, without WASI: each line that a kernel prints is logged.
 *
 * These stand in for the imports of the same names that the C library would have. */
#include "common.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

static void log_lines(ring_level level, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        const uint8_t *end = memchr(bytes, '\n', length);
        size_t line = end == NULL ? length : (size_t)(end - bytes);
        if (line > 0) {
            ring_string_t text = {(uint8_t *)bytes, line};
            ring_kernel_log_log(level, &text);
        }
        size_t done = end == NULL ? length : line + 1;
        bytes += done;
        length -= done;
    }
}

int32_t __imported_wasi_snapshot_preview1_fd_write(int32_t fd, int32_t parts, int32_t count,
                                                   int32_t written) {
    if (fd != 1 && fd != 2) {
        return __WASI_ERRNO_BADF;
    }
    const __wasi_ciovec_t *part = (const __wasi_ciovec_t *)parts;
    size_t length = 0;
    for (int32_t at = 0; at < count; at++) {
        log_lines(fd == 1 ? RING_INFO : RING_WARN, part[at].buf, part[at].buf_len);
        length += part[at].buf_len;
    }
    *(size_t *)written = length;
    return __WASI_ERRNO_SUCCESS;
}

int32_t __imported_wasi_snapshot_preview1_fd_close(int32_t fd) {
    (void)fd;
    return __WASI_ERRNO_BADF;
}

int32_t __imported_wasi_snapshot_preview1_fd_seek(int32_t fd, int64_t offset, int32_t whence,
                                                  int32_t position) {
    (void)fd, (void)offset, (void)whence, (void)position;
    return __WASI_ERRNO_SPIPE;
}

/* As a part of the C library has it that does not go through the import above. */
int close(int fd) {
    (void)fd;
    errno = EBADF;
    return -1;
}

/* A stream of characters, which has the C library keep no more than a line back. */
int32_t __imported_wasi_snapshot_preview1_fd_fdstat_get(int32_t fd, int32_t stat) {
    if (fd != 1 && fd != 2) {
        return __WASI_ERRNO_BADF;
    }
    memset((void *)stat, 0, sizeof(__wasi_fdstat_t));
    ((__wasi_fdstat_t *)stat)->fs_filetype = __WASI_FILETYPE_CHARACTER_DEVICE;
    return __WASI_ERRNO_SUCCESS;
}

_Noreturn void __imported_wasi_snapshot_preview1_proc_exit(int32_t code) {
    (void)code;
    __builtin_trap();
}
