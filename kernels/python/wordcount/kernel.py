"""Counts the words of a stream of texts: state that grows with what comes."""

import re

from messages import Count, Counts

# A word is a run of letters and digits; what is longer than so many bytes is none.
WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 256
# An answer is cut near so many bytes, to stay well below a message limit of 1 MiB. A count takes less
# than the second beside its word.
ANSWER_BYTES = 512 * 1024
COUNT_BYTES = 16

counts: dict[str, int] = {}
total = 0


def serve(message):
    global total
    # What is not UTF-8 parts words, as any other sign does.
    seen = set()
    for word in WORD.findall(message.bytes.decode(errors="replace").lower()):
        if len(word.encode()) <= LONGEST_WORD:
            counts[word] = counts.get(word, 0) + 1
            seen.add(word)
            total += 1
    yield from answers([Count(word, counts[word]) for word in sorted(seen)])


def answers(words):
    part, size = [], 0
    for at, count in enumerate(words):
        size += len(count.word.encode()) + COUNT_BYTES
        if size > ANSWER_BYTES:
            yield Counts(part, total, len(words) - at)
            part, size = [], len(count.word.encode()) + COUNT_BYTES
        part.append(count)
    yield Counts(part, total, 0)
