// Adds up: a handler with a state that the host can take out and put into another kernel.
#include "ringhost.hpp"

#include <charconv>

static std::int64_t total;

// The whole text as a number.
static std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value;
    auto [end, problem] = std::from_chars(text.begin(), text.end(), value);
    if (problem != std::errc() || end != text.end()) {
        return std::nullopt;
    }
    return value;
}

static ring::Outcome count(const ring::Message &message, ring::Replies &replies) {
    std::string_view text = message.text();
    if (text.starts_with("fail ")) {
        return ring::failure(std::string(text.substr(5)));
    }
    auto amount = text.starts_with("add ") ? number(text.substr(4)) : std::nullopt;
    if (!amount) {
        replies.push(message.bytes());
        return {};
    }
    total += *amount;
    replies.push(std::to_string(total));
    return {};
}

static std::expected<std::string, std::string> snapshot() { return std::to_string(total); }

static ring::Outcome restore(std::string_view state) {
    auto restored = number(state);
    if (!restored) {
        return ring::failure(std::string(state) + " is no total");
    }
    total = *restored;
    return {};
}

RING_HANDLER(count)
RING_STATE(snapshot, restore)
