// The kernel {{name}}: says how long texts are.
#include "messages.hpp"

#include <algorithm>

// What is kept outside of the function lives as long as the kernel.
static std::uint64_t texts = 0;

static ring::Outcome measure(const ring::Message &message, ring::Replies &replies) {
    auto request = message.read<Request>();
    if (!request) {
        return ring::failure(request.error());
    }
    // A character's further bytes begin with the bits 10.
    auto characters = std::ranges::count_if(request->text, [](char c) { return (c & 0xc0) != 0x80; });
    return replies.push(Response{.characters = static_cast<std::uint32_t>(characters), .texts = ++texts});
}

// A handler, which the host calls with each message; RING_SERVE is a loop.
RING_HANDLER(measure)
