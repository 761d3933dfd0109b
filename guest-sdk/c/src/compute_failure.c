/* Why what a kernel wanted computed was not. */
#include "compute.h"

#include <string.h>

static char words[512];
static char function[128];
static ring_compute_failure last = {RING_COMPUTE_OK, words, function, 0, RING_TRAP_OUT_OF_BOUNDS};

static const char *const meanings[] = {
    [RING_COMPUTE_OK] = "all went well",
    [RING_COMPUTE_OUT_OF_MEMORY] = "the space has no room for it",
    [RING_COMPUTE_POISONED] = "a launch that could write it failed or was cancelled",
    [RING_COMPUTE_CANCELLED] = "it was cancelled",
    [RING_COMPUTE_TIMEOUT] = "it goes on after the timeout",
    [RING_COMPUTE_TERMINATING] = "the host asked the kernel to end",
    [RING_COMPUTE_DEVICE_LOST] = "the device is lost",
};

static const char *const codes[] = {
    [RING_TRAP_OUT_OF_BOUNDS] = "an address outside of the space",
    [RING_TRAP_DIVIDE_BY_ZERO] = "a division by zero",
    [RING_TRAP_INTEGER_OVERFLOW] = "a quotient too large for its type",
    [RING_TRAP_BAD_CONVERSION] = "a float without a place in the integer's type",
    [RING_TRAP_UNREACHABLE] = "it aborted, or a check failed",
    [RING_TRAP_OUT_OF_FUEL] = "it took more turns and calls than its fuel allows",
    [RING_TRAP_STACK_OVERFLOW] = "its calls go too deep",
    [RING_TRAP_INDIRECT_CALL] = "it called what is no such function",
};

const ring_compute_failure *ring_compute_last_failure(void) { return &last; }

const char *ring_compute_words(void) { return words; }

size_t ringhost_compute_put(char *to, size_t size, size_t at, const char *text, size_t length) {
    size_t room = size - 1 - at;
    size_t taken = length < room ? length : room;
    /* Half of a character is no UTF-8, which the host wants of words that a kernel ends with. */
    while (taken < length && taken > 0 && (text[taken] & 0xc0) == 0x80) {
        taken--;
    }
    memcpy(to + at, text, taken);
    to[at + taken] = 0;
    return at + taken;
}

static size_t add(size_t at, const char *text) {
    return ringhost_compute_put(words, sizeof words, at, text, strlen(text));
}

static size_t add_number(size_t at, uint32_t number) {
    char digits[10];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return ringhost_compute_put(words, sizeof words, at, digits + first, sizeof digits - first);
}

static void keep_trap(const ring_kernel_compute_trap_t *trap) {
    const char *name = (const char *)trap->function.ptr;
    ringhost_compute_put(function, sizeof function, 0, name, trap->function.len);
    last.item = trap->item;
    last.code = (ring_trap_code)trap->code;
    size_t at = add(0, function);
    at = add(at, " failed at item ");
    at = add_number(at, trap->item);
    at = add(at, ": ");
    add(at, codes[trap->code]);
}

ring_compute_status ringhost_compute_refused(ring_compute_status status, const char *text) {
    last.status = status;
    function[0] = 0;
    last.item = 0;
    add(0, text);
    return status;
}

ring_compute_status ringhost_compute_failed(ring_kernel_compute_error_t *error) {
    /* The contract's errors are in the same order, and there is none for what went well. */
    ring_compute_status status = (ring_compute_status)(error->tag + 1);
    const ring_string_t *told = NULL;
    switch (status) {
    case RING_COMPUTE_INVALID:
        told = &error->val.invalid;
        break;
    case RING_COMPUTE_NO_DEVICE:
        told = &error->val.no_device;
        break;
    case RING_COMPUTE_QUOTA:
        told = &error->val.quota;
        break;
    case RING_COMPUTE_DEVICE_LOST:
        told = &error->val.device_lost;
        break;
    default:
        break;
    }
    ringhost_compute_refused(status, told == NULL && meanings[status] ? meanings[status] : "");
    if (told != NULL) {
        ringhost_compute_put(words, sizeof words, 0, (const char *)told->ptr, told->len);
    }
    if (status == RING_COMPUTE_TRAP) {
        keep_trap(&error->val.trap);
    }
    ring_kernel_compute_error_free(error);
    return status;
}
