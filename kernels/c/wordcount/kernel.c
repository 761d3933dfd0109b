// Counts the words of a stream of texts: state that grows with what comes.
#include "messages.h"

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

// What is longer than so many bytes is no word, and is not counted.
#define LONGEST_WORD 256
// An answer is cut near so many bytes, to stay well below a message limit of 1 MiB. A count takes less
// than the second beside its word.
#define ANSWER_BYTES (512 * 1024)
#define COUNT_BYTES 16

// A word that has occurred, in a table by its hash. `text` is the last one in which it did.
typedef struct {
    ring_text word;
    uint64_t count;
    uint64_t text;
} known;

static known *table;
static size_t capacity;
static size_t used;
static uint64_t total;
static uint64_t texts;

static known *find(known *in, size_t capacity, ring_text word) {
    uint32_t hash = 2166136261;
    for (size_t at = 0; at < word.length; at++) {
        hash = (hash ^ (uint8_t)word.text[at]) * 16777619;
    }
    for (size_t at = hash;; at++) {
        known *place = &in[at & (capacity - 1)];
        if (place->word.text == NULL || (place->word.length == word.length &&
                                         memcmp(place->word.text, word.text, word.length) == 0)) {
            return place;
        }
    }
}

// Makes the table larger before it is three quarters full.
static bool grow(void) {
    if (used < capacity / 4 * 3) {
        return true;
    }
    size_t larger = capacity == 0 ? 1024 : capacity * 2;
    known *fresh = calloc(larger, sizeof *fresh);
    if (fresh == NULL) {
        return false;
    }
    for (size_t at = 0; at < capacity; at++) {
        if (table[at].word.text != NULL) {
            *find(fresh, larger, table[at].word) = table[at];
        }
    }
    free(table);
    table = fresh;
    capacity = larger;
    return true;
}

// Counts a word, and adds it to `seen` if it is new in this text.
static bool count(ring_text word, Count *seen, size_t *distinct) {
    if (!grow()) {
        return false;
    }
    known *place = find(table, capacity, word);
    if (place->word.text == NULL) {
        char *copy = malloc(word.length);
        if (copy == NULL) {
            return false;
        }
        memcpy(copy, word.text, word.length);
        place->word = (ring_text){copy, word.length};
        used++;
    }
    if (place->text != texts) {
        place->text = texts;
        seen[(*distinct)++].word = place->word;
    }
    place->count++;
    total++;
    return true;
}

static int by_word(const void *one, const void *other) {
    ring_text first = ((const Count *)one)->word;
    ring_text second = ((const Count *)other)->word;
    size_t common = first.length < second.length ? first.length : second.length;
    int order = memcmp(first.text, second.text, common);
    return order != 0 ? order : (first.length > second.length) - (first.length < second.length);
}

// Counts the words of a text: runs of letters and digits, in lower case. What is not UTF-8 parts words,
// as any other sign does.
static bool count_all(ring_text rest, Count *seen, size_t *distinct) {
    char word[LONGEST_WORD + 4];
    size_t length = 0;
    while (rest.length > 0) {
        int32_t letter = ring_text_next(&rest);
        bool is_word = letter >= 0 && iswalnum((wint_t)letter);
        if (is_word && length <= LONGEST_WORD) {
            length += ring_text_put(word + length, towlower((wint_t)letter));
        }
        if (!is_word || rest.length == 0) {
            if (length > 0 && length <= LONGEST_WORD &&
                !count((ring_text){word, length}, seen, distinct)) {
                return false;
            }
            length = 0;
        }
    }
    return true;
}

static const char *wordcount(const ring_message *message, ring_replies *replies) {
    texts++;
    // A word takes a byte, and the sign behind it another.
    Count *seen = ring_scratch((message->length / 2 + 1) * sizeof *seen);
    size_t distinct = 0;
    ring_text text = {(const char *)message->bytes, message->length};
    if (seen == NULL || !count_all(text, seen, &distinct)) {
        return "there is no memory for the words";
    }
    qsort(seen, distinct, sizeof *seen, by_word);
    size_t from = 0;
    size_t bytes = 0;
    for (size_t at = 0; at <= distinct; at++) {
        size_t more = at == distinct ? 0 : seen[at].word.length + COUNT_BYTES;
        if (at == distinct || bytes + more > ANSWER_BYTES) {
            Counts counts = {{seen + from, at - from}, total, (uint32_t)(distinct - at)};
            const char *error = counts_reply(replies, &counts);
            if (error != NULL) {
                return error;
            }
            from = at;
            bytes = 0;
        }
        bytes += more;
        if (at < distinct) {
            seen[at].count = find(table, capacity, seen[at].word)->count;
        }
    }
    return NULL;
}

RING_SERVE(wordcount)
