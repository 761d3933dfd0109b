// Ranks a year's flow among all so far, 1 for the most water: a stage of kernels/pipelines/nile.toml.
#include "messages.hpp"

#include <algorithm>
#include <functional>
#include <vector>

// The flows so far, the largest first.
static std::vector<double> flows;

static ring::Outcome rank(const ring::Message &message, ring::Replies &replies) {
    auto year = message.read<Year>();
    if (!year) {
        return ring::failure(year.error());
    }
    auto place = std::upper_bound(flows.begin(), flows.end(), year->flow, std::greater<>());
    place = flows.insert(place, year->flow);
    year->rank = static_cast<std::uint32_t>(place - flows.begin()) + 1;
    return replies.push(*year);
}

RING_SERVE(rank)
