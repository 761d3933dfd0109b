/* The end of stdin, for a kernel that opens no files and so has nothing else to read from.
 *
 * It stands in for the import of the same name that the C library would have. */
#include <stddef.h>
#include <stdint.h>
#include <wasi/api.h>

int32_t __imported_wasi_snapshot_preview1_fd_read(int32_t fd, int32_t parts, int32_t count,
                                                  int32_t read) {
    (void)parts, (void)count;
    if (fd != 0) {
        return __WASI_ERRNO_BADF;
    }
    *(size_t *)read = 0;
    return __WASI_ERRNO_SUCCESS;
}
