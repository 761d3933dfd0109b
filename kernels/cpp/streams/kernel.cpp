// Sums numbers with C++'s streams, which need nothing of the machine: what is printed is logged, and
// there is nothing to read from stdin.
#include "ringhost.hpp"

#include <format>
#include <iostream>
#include <sstream>

static ring::Outcome sum(const ring::Message &message, ring::Replies &replies) {
    std::istringstream numbers{std::string(message.text())};
    double total = 0;
    std::size_t count = 0;
    for (double number; numbers >> number; total += number) {
        count++;
    }
    if (!numbers.eof()) {
        return ring::failure(std::format("after {} numbers there is something else", count));
    }
    std::cout << "summed " << count << " numbers" << std::endl;
    replies.push(std::format("{:.2f}", total));
    return {};
}

RING_SERVE(sum)
