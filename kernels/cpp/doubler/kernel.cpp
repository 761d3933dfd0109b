// Doubles numbers: the first kernel to read.
#include "messages.hpp"

static ring::Outcome doubler(const ring::Message &message, ring::Replies &replies) {
    auto request = message.read<Request>();
    if (!request) {
        return ring::failure(request.error());
    }
    // Wrapping around where that is out of range.
    auto doubled = static_cast<std::uint64_t>(request->value) * 2;
    return replies.push(Response{.result = static_cast<std::int64_t>(doubled)});
}

RING_SERVE(doubler)
