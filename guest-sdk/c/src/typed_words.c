/* What is wrong with a message, in words. Without printf, which is larger than most kernels. */
#include "typed.h"

#include <string.h>

const char ringhost_ends[] = "ends";

typedef struct {
    char text[384];
    size_t length;
} words;

static words fault;
static words whole;

static void add(words *to, const char *text) {
    size_t length = strlen(text);
    size_t room = sizeof to->text - 1 - to->length;
    length = length < room ? length : room;
    memcpy(to->text + to->length, text, length);
    to->length += length;
    to->text[to->length] = 0;
}

static void add_number(words *to, uint64_t number) {
    char digits[21];
    char *begin = digits + sizeof digits - 1;
    *begin = 0;
    do {
        *--begin = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add(to, begin);
}

static void add_place(words *to, const ring_place *place) {
    if (place->outer != NULL) {
        add_place(to, place->outer);
    }
    if (place->name == NULL) {
        add(to, "[");
        add_number(to, place->index);
        add(to, "]");
    } else if (place->name[0] != 0) {
        add(to, to->text[to->length - 1] == '"' || place->name[0] == '[' ? "" : ".");
        add(to, place->name);
    }
}

bool ringhost_fault(const ring_place *place, const char *problem, const char *detail, size_t at) {
    fault.length = 0;
    if (problem == ringhost_ends && place == NULL) {
        problem = "ends too early";
    }
    add(&fault, problem);
    add(&fault, detail);
    if (place != NULL) {
        add(&fault, problem == ringhost_ends ? " inside field \"" : " in field \"");
        add_place(&fault, place);
        add(&fault, "\"");
    }
    if (at != NOWHERE) {
        add(&fault, " (at byte ");
        add_number(&fault, at);
        add(&fault, ")");
    }
    return false;
}

bool ringhost_no_case(const ring_place *place, uint32_t number, size_t at) {
    words digits = {0};
    add_number(&digits, number);
    return ringhost_fault(place, "has no case ", digits.text, at);
}

const char *ringhost_words(const char *name, const ring_message *message) {
    whole.length = 0;
    if (message == NULL) {
        add(&whole, "the value");
    } else {
        add(&whole, "message ");
        add_number(&whole, message->id);
    }
    add(&whole, " is no ");
    add(&whole, name);
    add(&whole, ": ");
    add(&whole, fault.text);
    return whole.text;
}
