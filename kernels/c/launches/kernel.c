// Does what a message asks of the host's devices, and answers how it ended: what the tests ask the SDK.
#include "ringhost.h"
#include "ringhost_compute.h"

#include <stdio.h>
#include <stdlib.h>

#define ROOM (4 << 20)

// More than a test waits for.
#define ENDLESS (1ull << 36)

RING_COMPUTE(doubled, "x:in:u32 y:out:u32")
void doubled(uint32_t item, const uint32_t *x, uint32_t *y) { y[item] = 2 * x[item]; }

RING_COMPUTE(add, "by:value y:inout:u32")
void add(uint32_t item, uint32_t by, uint32_t *y) { y[item] += by; }

// The last one reaches far outside of the space.
RING_COMPUTE(outside)
void outside(uint32_t item, uint32_t *y) { y[item == 3 ? 1u << 29 : item] = item; }

RING_COMPUTE(spin, "fuel=1000 y:inout:u32")
void spin(uint32_t item, volatile uint32_t *y) {
    while (y[item] == 0) {
    }
}

// Of numbers made from the item, sorted in an array on the stack, the one in the middle.
RING_COMPUTE(median, "y:out:u32")
void median(uint32_t item, uint32_t *y) {
    uint32_t sorted[63];
    uint32_t number = item;
    for (int count = 0; count < 63; count++) {
        number = number * 1664525 + 1013904223;
        int at = count;
        for (; at > 0 && sorted[at - 1] > number; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = number;
    }
    y[item] = sorted[31];
}

// Every type of number, each at its own place.
RING_COMPUTE(numbers, "a:value b:value c:value d:value e:value y:out:f64")
void numbers(uint32_t item, int32_t a, uint64_t b, float c, double d, uint32_t e, double *y) {
    y[item] = a + 10.0 * b + 100.0 * c + 1000.0 * d + 10000.0 * e;
}

// The sums of all messages by now. Its first number may not be a hundred.
RING_COMPUTE(total, "x:in:u32 sums:inout:u32 y:out:u32")
void total(uint32_t item, const uint32_t *x, uint32_t *sums, uint32_t *y) {
    if (x[0] == 100) {
        abort();
    }
    sums[item] += x[item];
    y[item] = sums[item];
}

static char told[640];

static const char *name(ring_compute_status status) {
    static const char *const names[] = {"ok",       "invalid",   "no device", "out of memory",
                                        "quota",    "trap",      "poisoned",  "cancelled",
                                        "timeout",  "terminating", "device lost"};
    return names[status];
}

// How it ended, with what a trap says.
static const char *ended(ring_compute_status status) {
    static const char *const codes[] = {"out of bounds",  "divide by zero", "integer overflow",
                                        "bad conversion", "unreachable",    "out of fuel",
                                        "stack overflow", "indirect call"};
    static char words[128];
    if (status != RING_COMPUTE_TRAP) {
        return name(status);
    }
    const ring_compute_failure *trap = ring_compute_last_failure();
    snprintf(words, sizeof words, "trap %s in %s at %u", codes[trap->code], trap->function,
             (unsigned)trap->item);
    return words;
}

// What a test that expects success has otherwise.
static void must(ring_compute_status status) {
    if (status != RING_COMPUTE_OK) {
        ring_logf(RING_ERROR, "%s", ring_compute_words());
        abort();
    }
}

// A space with a buffer of so many numbers, which count up from 1.
static ring_space counted(ring_buffer *buffer, uint32_t length) {
    ring_space space;
    must(ring_space_create(&space, RING_ANY_DEVICE, ROOM));
    uint32_t *values = calloc(length, sizeof *values);
    for (uint32_t at = 0; at < length; at++) {
        values[at] = at + 1;
    }
    must(ring_buffer_of(buffer, space, values, length * sizeof *values));
    free(values);
    return space;
}

static unsigned long long sum(ring_buffer buffer) {
    size_t length = ring_buffer_length(buffer);
    uint32_t *values = malloc(length + 1);
    must(ring_buffer_read(buffer, 0, values, length));
    unsigned long long total = 0;
    for (size_t at = 0; at < length / sizeof *values; at++) {
        total += values[at];
    }
    free(values);
    return total;
}

static void run_double(uint32_t length) {
    ring_buffer x, y;
    ring_space space = counted(&x, length);
    must(ring_buffer_allocate(&y, space, length * sizeof(uint32_t)));
    ring_command launch = RING_LAUNCH(doubled, length, ring_address(x), ring_address(y));
    ring_stats stats;
    must(ring_run(space, &launch, 1, &stats));
    snprintf(told, sizeof told, "%llu of %llu", sum(y), (unsigned long long)stats.items);
    ring_buffer_drop(&x);
    ring_buffer_drop(&y);
    ring_space_drop(&space);
}

static void run_median(uint32_t items) {
    ring_buffer y;
    ring_space space = counted(&y, items);
    ring_command launch = RING_LAUNCH(median, items, ring_address(y));
    must(ring_run(space, &launch, 1, NULL));
    snprintf(told, sizeof told, "%llu", sum(y));
    ring_buffer_drop(&y);
    ring_space_drop(&space);
}

// Filled, written, copied and launched in one submission.
static void run_batch(void) {
    ring_buffer x, y;
    ring_space space = counted(&x, 4);
    uint32_t seven = 7, values[4];
    must(ring_buffer_allocate(&y, space, sizeof values));
    ring_command commands[] = {
        ring_command_fill(x, 0, 16, 1),
        ring_command_write(x, 4, &seven, sizeof seven),
        ring_command_copy(y, 0, x, 4, 8),
        RING_LAUNCH(add, 4, ring_u32(1), ring_address(y)),
    };
    must(ring_run(space, commands, 4, NULL));
    must(ring_buffer_read(y, 0, values, sizeof values));
    snprintf(told, sizeof told, "%u %u %u %u", (unsigned)values[0], (unsigned)values[1],
             (unsigned)values[2], (unsigned)values[3]);
    ring_buffer_drop(&x);
    ring_buffer_drop(&y);
    ring_space_drop(&space);
}

static void run_numbers(void) {
    ring_space space;
    ring_buffer y;
    double value;
    must(ring_space_create(&space, RING_ANY_DEVICE, ROOM));
    must(ring_buffer_allocate(&y, space, sizeof value));
    ring_command launch = RING_LAUNCH(numbers, 1, ring_i32(-1), ring_u64(2), ring_f32(3),
                                      ring_f64(4.5), ring_u32(5), ring_address(y));
    must(ring_run(space, &launch, 1, NULL));
    must(ring_buffer_read(y, 0, &value, sizeof value));
    snprintf(told, sizeof told, "%d", (int)value);
    ring_buffer_drop(&y);
    ring_space_drop(&space);
}

static void run_plan(uint32_t times) {
    ring_buffer y;
    ring_space space = counted(&y, 1);
    ring_command twice[] = {
        RING_LAUNCH(add, 1, ring_u32(1), ring_address(y)),
        RING_LAUNCH(add, 1, ring_u32(1), ring_address(y)),
    };
    ring_plan plan;
    ring_event event;
    must(ring_plan_make(&plan, space, twice, 2));
    must(ring_plan_run(plan, times, &event));
    must(ring_event_wait(event, RING_FOREVER, NULL));
    snprintf(told, sizeof told, "%llu", sum(y));
    ring_event_drop(&event);
    ring_plan_drop(&plan);
    ring_buffer_drop(&y);
    ring_space_drop(&space);
}

// A launch that fails, what there is to be read after it, and when it was written whole.
static void run_failing(const char *function) {
    ring_buffer y;
    ring_space space = counted(&y, 4);
    uint32_t values[4] = {1, 1, 0, 0};
    must(ring_buffer_write(y, 0, values, sizeof values));
    ring_argument arguments[] = {ring_address(y)};
    ring_command launch = ring_command_launch(function, 4, arguments, 1);
    int length = snprintf(told, sizeof told, "%s, ", ended(ring_run(space, &launch, 1, NULL)));
    const char *read = name(ring_buffer_read(y, 0, values, sizeof values));
    must(ring_buffer_write(y, 0, values, sizeof values));
    snprintf(told + length, sizeof told - length, "%s, %s", read,
             name(ring_buffer_read(y, 0, values, sizeof values)));
    ring_buffer_drop(&y);
    ring_space_drop(&space);
}

// A launch that does not end: polled, waited for, cancelled.
static void run_endless(void) {
    ring_buffer y;
    ring_space space = counted(&y, 1);
    uint32_t zero = 0;
    must(ring_buffer_write(y, 0, &zero, sizeof zero));
    ring_command launch = ring_with_fuel(RING_LAUNCH(spin, 1, ring_address(y)), ENDLESS);
    ring_event event;
    must(ring_submit(space, &launch, 1, &event));
    const char *polled = name(ring_event_poll(event, NULL));
    const char *waited = name(ring_event_wait(event, 1000000, NULL));
    const char *read = name(ring_buffer_read_within(y, 0, &zero, sizeof zero, 1000000));
    ring_event_cancel(event);
    snprintf(told, sizeof told, "%s, %s, %s, %s", polled, waited, read,
             name(ring_event_wait(event, RING_FOREVER, NULL)));
    ring_event_drop(&event);
    ring_buffer_drop(&y);
    ring_space_drop(&space);
}

// A buffer outlives its space; one that was dropped is none.
static void run_dropped(void) {
    ring_buffer y;
    ring_space space = counted(&y, 3);
    ring_space_drop(&space);
    unsigned long long total = sum(y);
    ring_buffer_drop(&y);
    ring_buffer_drop(&y);
    uint32_t value;
    int length = snprintf(told, sizeof told, "%llu, %s, ", total,
                          name(ring_buffer_read(y, 0, &value, sizeof value)));
    ring_command fill = ring_command_fill(y, 0, 1, 0);
    snprintf(told + length, sizeof told - length, "%s", name(ring_run(space, &fill, 1, NULL)));
}

// What was dropped, by a copy of its handle.
static void run_freed(void) {
    ring_buffer y;
    ring_space space = counted(&y, 1);
    ring_buffer copy = y;
    ring_buffer_drop(&y);
    snprintf(told, sizeof told, "%u", (unsigned)ring_buffer_length(copy));
    ring_space_drop(&space);
}

// A function that is not there, with a name that is longer than there is room for in the words.
static void run_unknown(void) {
    char unknown[640] = "nothing";
    while (strlen(unknown) < sizeof unknown - 3) {
        strcat(unknown, "é");
    }
    ring_buffer y;
    ring_space space = counted(&y, 1);
    ring_command launch = ring_command_launch(unknown, 1, NULL, 0);
    const char *status = name(ring_run(space, &launch, 1, NULL));
    snprintf(told, sizeof told, "%s: %s", status, ring_compute_words());
    ring_buffer_drop(&y);
    ring_space_drop(&space);
}

// What the host does by itself, in one submission.
static void run_operations(void) {
    const float numbers[] = {3, 1, 2};
    const uint32_t places[] = {0, 1, 2};
    const double factors[] = {1, 2, 3, 4, 5, 6};
    float one[1], sums[3];
    uint32_t order[3];
    double c[4];
    ring_space space;
    ring_buffer x, y, z, p, ab, product;
    must(ring_space_create(&space, RING_ANY_DEVICE, ROOM));
    must(ring_buffer_of(&x, space, numbers, sizeof numbers));
    must(ring_buffer_allocate(&y, space, sizeof one));
    must(ring_buffer_allocate(&z, space, sizeof sums));
    must(ring_buffer_of(&p, space, places, sizeof places));
    must(ring_buffer_of(&ab, space, factors, sizeof factors));
    must(ring_buffer_allocate(&product, space, sizeof c));
    ring_matrix a = {ab, 0, false}, b = {ab, 0, true}, to = {product, 0, false};
    ring_command commands[] = {
        ring_command_reduce(RING_FLOAT32, RING_SUM, x, 0, 3, y, 0),
        ring_command_scan(RING_FLOAT32, RING_SUM, false, x, 0, 3, z, 0),
        ring_with_values(ring_command_sort(RING_FLOAT32, true, x, 0, 3), p, 0),
        ring_command_gemm(RING_FLOAT64, 2, 2, 3, 2, a, b, 0, to),
    };
    must(ring_run(space, commands, 4, NULL));
    must(ring_buffer_read(y, 0, one, sizeof one));
    must(ring_buffer_read(z, 0, sums, sizeof sums));
    must(ring_buffer_read(p, 0, order, sizeof order));
    must(ring_buffer_read(product, 0, c, sizeof c));
    snprintf(told, sizeof told, "%g; %g %g %g; %u %u %u; %g %g %g %g", one[0], sums[0], sums[1],
             sums[2], (unsigned)order[0], (unsigned)order[1], (unsigned)order[2], c[0], c[1], c[2],
             c[3]);
    ring_buffer *const buffers[] = {&x, &y, &z, &p, &ab, &product};
    for (size_t at = 0; at < sizeof buffers / sizeof *buffers; at++) {
        ring_buffer_drop(buffers[at]);
    }
    ring_space_drop(&space);
}

static ring_resident sums;

// What a resident answers next, behind what has been told.
static void hear(uint64_t timeout) {
    uint32_t y[4];
    size_t length = strlen(told);
    ring_compute_status status = ring_resident_receive(sums, y, sizeof y, timeout);
    if (status != RING_COMPUTE_OK) {
        snprintf(told + length, sizeof told - length, ", %s", ended(status));
        return;
    }
    snprintf(told + length, sizeof told - length, ", %u %u %u %u", (unsigned)y[0], (unsigned)y[1],
             (unsigned)y[2], (unsigned)y[3]);
}

static const char *sent(const uint32_t *numbers, size_t count) {
    bool is_sent;
    must(ring_resident_send(sums, numbers, count * sizeof *numbers, &is_sent));
    return is_sent ? "sent" : "full";
}

// A function that stays: its room, its state, a pause, a trap, its end.
static void run_resident(void) {
    const uint32_t numbers[] = {1, 2, 3, 4}, ten = 10, bad = 100;
    uint32_t y[4];
    ring_space space;
    ring_buffer in, kept, out;
    must(ring_space_create(&space, RING_ANY_DEVICE, ROOM));
    must(ring_buffer_allocate(&in, space, sizeof y));
    must(ring_buffer_allocate(&kept, space, sizeof y));
    must(ring_buffer_allocate(&out, space, sizeof y));
    ring_command launch =
        RING_LAUNCH(total, 4, ring_address(in), ring_address(kept), ring_address(out));
    must(ring_reside(&sums, space, launch, in, out, 2));
    const char *first = sent(numbers, 4), *second = sent(numbers, 4), *third = sent(numbers, 4);
    snprintf(told, sizeof told, "%s %s %s", first, second, third);
    hear(RING_FOREVER);
    hear(RING_FOREVER);
    hear(RING_FOREVER);
    ring_resident_pause(sums);
    sent(&ten, 1);
    hear(1000000);
    must(ring_resident_resume(sums));
    hear(RING_FOREVER);
    must(ring_resident_ask(sums, NULL, 0, y, sizeof y));
    unsigned long long items = ring_resident_stats(sums).items;
    size_t length = strlen(told);
    snprintf(told + length, sizeof told - length, ", %u of %llu", (unsigned)y[0], items);
    sent(&bad, 1);
    hear(RING_FOREVER);
    ring_resident_stop(sums);
    ring_resident_drop(&sums);
    hear(RING_FOREVER);
    ring_buffer_drop(&in);
    ring_buffer_drop(&kept);
    ring_buffer_drop(&out);
    ring_space_drop(&space);
}

static void run_devices(void) {
    ring_device devices[8], own = {0};
    size_t count = ring_devices(devices, 8);
    ring_space space;
    must(ring_space_create(&space, RING_CPU, 1));
    must(ring_space_device(space, &own));
    bool is_listed = count > 0 && devices[count - 1].kind == RING_CPU && own.kind == RING_CPU;
    snprintf(told, sizeof told, "%s", is_listed && own.lanes > 0 ? "cpu" : "none");
    ring_space_drop(&space);
}

static const char *obey(const ring_message *message, ring_replies *replies) {
    char words[64] = {0};
    memcpy(words, message->bytes, message->length < 63 ? message->length : 63);
    char *space = strchr(words, ' ');
    uint32_t number = space == NULL ? 0 : (uint32_t)strtoul(space, NULL, 10);
    strtok(words, " ");
    if (strcmp(words, "double") == 0) {
        run_double(number);
    } else if (strcmp(words, "median") == 0) {
        run_median(number);
    } else if (strcmp(words, "batch") == 0) {
        run_batch();
    } else if (strcmp(words, "numbers") == 0) {
        run_numbers();
    } else if (strcmp(words, "plan") == 0) {
        run_plan(number);
    } else if (strcmp(words, "fail") == 0) {
        run_failing(number == 0 ? "outside" : "spin");
    } else if (strcmp(words, "endless") == 0) {
        run_endless();
    } else if (strcmp(words, "dropped") == 0) {
        run_dropped();
    } else if (strcmp(words, "freed") == 0) {
        run_freed();
    } else if (strcmp(words, "unknown") == 0) {
        run_unknown();
    } else if (strcmp(words, "operations") == 0) {
        run_operations();
    } else if (strcmp(words, "resident") == 0) {
        run_resident();
    } else if (strcmp(words, "devices") == 0) {
        run_devices();
    }
    ring_reply(replies, told, strlen(told));
    return NULL;
}

RING_SERVE(obey)
