/* The standard streams, without WASI: each line that a kernel prints is logged.
 *
 * These stand in for the imports of the same names that the C library would have. */
#include "common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

/* A line as far as it has been printed, of stdout and of stderr. A longer one is logged in parts. */
static struct {
    uint8_t bytes[1024];
    size_t length;
} lines[2];

/* The last line on stderr. */
static char last_words[256];

static void log_line(int stream) {
    ring_string_t text = {lines[stream].bytes, lines[stream].length};
    if (text.len == 0) {
        return;
    }
    ring_kernel_log_log(stream == 0 ? RING_INFO : RING_WARN, &text);
    lines[stream].length = 0;
    if (stream == 1) {
        size_t kept = text.len < sizeof last_words ? text.len : sizeof last_words - 1;
        memcpy(last_words, text.ptr, kept);
        last_words[kept] = 0;
    }
}

const char *ringhost_last_words(void) {
    log_line(1);
    return last_words;
}

static void print(int stream, const uint8_t *bytes, size_t length) {
    for (size_t at = 0; at < length; at++) {
        if (bytes[at] == '\n' || lines[stream].length == sizeof lines[stream].bytes) {
            log_line(stream);
        }
        if (bytes[at] != '\n') {
            lines[stream].bytes[lines[stream].length++] = bytes[at];
        }
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
        print(fd - 1, part[at].buf, part[at].buf_len);
        length += part[at].buf_len;
    }
    *(size_t *)written = length;
    return __WASI_ERRNO_SUCCESS;
}

/* The same as Zig's library imports it. */
int32_t fd_write(int32_t fd, int32_t parts, int32_t count, int32_t written) {
    return __imported_wasi_snapshot_preview1_fd_write(fd, parts, count, written);
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

/* A kernel ends where its function returns, not by exit(). */
_Noreturn void __imported_wasi_snapshot_preview1_proc_exit(int32_t code) {
    (void)code;
    fputs("exit() was called\n", stderr);
    abort();
}
