/* Does what a message asks: all that a kernel in C can do, a command each. The same kernel is there in
 * every language, and one suite tries them all. */
#include "ringhost.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const PRIORITIES[] = {"low", "normal", "high", "urgent"};

static const struct {
    const char *name;
    ring_level level;
} LEVELS[] = {
    {"trace", RING_TRACE}, {"debug", RING_DEBUG}, {"info", RING_INFO},
    {"warn", RING_WARN},   {"error", RING_ERROR},
};

/* The error that the kernel ends with, which stays after it has returned. */
static char words[1024];
static const char *error;

/* What `keep` keeps: of a message that is answered later no more is needed than its envelope. */
static ring_message kept;
static bool has_kept;

/* Cuts a text after its first word and returns the rest, which is after one space. */
static char *divide(char *text) {
    char *space = strchr(text, ' ');
    if (space == NULL) {
        return text + strlen(text);
    }
    *space = 0;
    return space + 1;
}

/* Answers a message with a text. False where the kernel is to end. */
static bool answer(const ring_message *message, const char *text) {
    return ring_answer(message, text, strlen(text)) == RING_OK;
}

static uint64_t number(const char *text) { return strtoull(text, NULL, 10); }

static bool fail(const ring_message *message, char *argument) {
    (void)message;
    snprintf(words, sizeof words, "%s", argument);
    error = words;
    return false;
}

static bool trap(const ring_message *message, char *argument) {
    (void)message, (void)argument;
    /* What is at address zero can be read in WebAssembly, but a null pointer cannot be called. */
    void (*volatile function)(void) = NULL;
    function();
    return true;
}

static bool spin(const ring_message *message, char *argument) {
    (void)message, (void)argument;
    for (;;) {
    }
}

static bool poll(const ring_message *message, char *argument) {
    (void)message, (void)argument;
    while (!ring_should_terminate()) {
        if (!ring_is_active()) {
            ring_wait_active();
        }
    }
    return false;
}

static bool life(const ring_message *message, char *argument) {
    (void)argument;
    char text[64];
    snprintf(text, sizeof text, "active=%s terminate=%s", ring_is_active() ? "true" : "false",
             ring_should_terminate() ? "true" : "false");
    return answer(message, text);
}

static bool who(const ring_message *message, char *argument) {
    (void)argument;
    return answer(message, ring_kernel_id());
}

static bool envelope(const ring_message *message, char *argument) {
    (void)argument;
    char text[64];
    snprintf(text, sizeof text, "%" PRIu64 " %" PRIu64 " %s", message->id, message->correlation,
             PRIORITIES[message->priority]);
    return answer(message, text);
}

static bool flood(const ring_message *message, char *argument) {
    uint64_t count = number(argument);
    for (uint64_t at = 0; at < count; at++) {
        char text[24];
        snprintf(text, sizeof text, "%" PRIu64, at);
        if (!answer(message, text)) {
            return false;
        }
    }
    return true;
}

static bool fill(const ring_message *message, char *argument) {
    (void)argument;
    static const char *const NAMES[] = {
        [RING_TIMEOUT] = "timeout",
        [RING_CLOSED] = "closed",
        [RING_TERMINATING] = "terminating",
        [RING_FULL] = "full",
        [RING_TOO_LARGE] = "too-large",
    };
    ring_outgoing full = {"full", 4, message};
    unsigned taken = 0;
    ring_status status;
    while ((status = ring_send_within(&full, 0)) == RING_OK) {
        taken++;
    }
    char text[40];
    snprintf(text, sizeof text, "filled %u %s", taken, NAMES[status]);
    return answer(message, text);
}

static bool big(const ring_message *message, char *argument) {
    size_t length = number(argument);
    char *bytes = malloc(length);
    if (bytes == NULL) {
        return answer(message, "too-large");
    }
    memset(bytes, 'x', length);
    ring_status status = ring_answer(message, bytes, length);
    free(bytes);
    return status == RING_TOO_LARGE ? answer(message, "too-large") : status == RING_OK;
}

static bool timeout(const ring_message *message, char *argument) {
    ring_message other;
    switch (ring_receive(&other, number(argument) * 1000000)) {
    case RING_OK:
        return ring_answer(message, other.bytes, other.length) == RING_OK;
    case RING_TIMEOUT:
        return answer(message, "timeout");
    default:
        return false;
    }
}

static bool batch(const ring_message *message, char *argument) {
    uint32_t max = number(argument);
    ring_message *messages = calloc(max, sizeof *messages);
    ring_outgoing *answers = calloc(max, sizeof *answers);
    size_t count = 0, taken = 0;
    bool goes_on = ring_receive_batch(messages, max, &count, RING_FOREVER) == RING_OK;
    for (size_t at = 0; at < count; at++) {
        answers[at] = (ring_outgoing){messages[at].bytes, messages[at].length, &messages[at]};
    }
    goes_on = goes_on && ring_send_batch(answers, count, &taken, RING_FOREVER) == RING_OK;
    free(messages);
    free(answers);
    char text[24];
    snprintf(text, sizeof text, "batch %zu", count);
    return goes_on && taken == count && answer(message, text);
}

static bool keep(const ring_message *message, char *argument) {
    (void)argument;
    kept = *message;
    has_kept = true;
    return true;
}

static bool release(const ring_message *message, char *argument) {
    (void)argument;
    if (has_kept && !answer(&kept, "released")) {
        return false;
    }
    has_kept = false;
    return answer(message, "release");
}

static bool log_line(const ring_message *message, char *argument) {
    char *line = divide(argument);
    for (size_t at = 0; at < sizeof LEVELS / sizeof *LEVELS; at++) {
        if (strcmp(argument, LEVELS[at].name) == 0) {
            ring_log(LEVELS[at].level, line);
        }
    }
    return answer(message, "logged");
}

static bool print(const ring_message *message, char *argument) {
    printf("%s\n", argument);
    return answer(message, "printed");
}

static const struct {
    const char *name;
    /* False where the kernel is to end. */
    bool (*obey)(const ring_message *message, char *argument);
} COMMANDS[] = {
    {"fail", fail},   {"trap", trap},   {"spin", spin},       {"poll", poll},
    {"life", life},   {"who", who},     {"envelope", envelope}, {"flood", flood},
    {"fill", fill},   {"big", big},     {"timeout", timeout}, {"batch", batch},
    {"keep", keep},   {"release", release}, {"log", log_line}, {"print", print},
};

/* Does what a message asks, or sends it back. `text` is a copy of it that ends with a zero. */
static bool obey(const ring_message *message, char *text) {
    char *argument = divide(text);
    for (size_t at = 0; at < sizeof COMMANDS / sizeof *COMMANDS; at++) {
        if (strcmp(text, COMMANDS[at].name) == 0) {
            return COMMANDS[at].obey(message, argument);
        }
    }
    return ring_answer(message, message->bytes, message->length) == RING_OK;
}

static const char *run(void) {
    ring_message message;
    bool goes_on = true;
    while (goes_on && ring_receive(&message, RING_FOREVER) == RING_OK) {
        char *text = malloc(message.length + 1);
        if (text == NULL) {
            return "there is no memory for the message";
        }
        memcpy(text, message.bytes, message.length);
        text[message.length] = 0;
        goes_on = obey(&message, text);
        free(text);
    }
    return error;
}

RING_LOOP(run)
