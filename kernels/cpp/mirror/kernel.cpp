// Reads a value of every type and writes it again: for the tests. What is no such value is answered
// with the words that say so.
#include "messages.hpp"

static ring::Outcome mirror(const ring::Message &message, ring::Replies &replies) {
    auto everything = message.read<Everything>();
    if (!everything) {
        replies.push(everything.error());
        return {};
    }
    return replies.push(*everything);
}

RING_SERVE(mirror)
