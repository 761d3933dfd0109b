// Does what a message asks: all that a kernel in C++ can do, a command each. The same kernel is there in
// every language, and one suite tries them all.
#include "ringhost.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <cstdio>
#include <map>

using namespace std::literals;
using ring::Message, ring::Outgoing;

// What came of a command: an error of the queues ends the kernel, and what is no error tells whether it
// goes on.
using Step = std::expected<bool, ring::Error>;

static std::optional<Message> kept;
static std::optional<std::string> failure;

static Step answer(const Message &message, std::string_view text) {
    return ring::send({text, message}).transform([] { return true; });
}

static std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.begin(), text.end(), value);
    return value;
}

// The first word, and the rest after a space.
static std::pair<std::string_view, std::string_view> divide(std::string_view text) {
    std::size_t end = text.find(' ');
    if (end == text.npos) {
        return {text, {}};
    }
    return {text.substr(0, end), text.substr(end + 1)};
}

static Step fail(const Message &, std::string_view words) {
    failure = words;
    return false;
}

static Step trap(const Message &, std::string_view) {
    // Out of bounds: without exceptions, the library says so and aborts.
    std::vector<int> none;
    return none.at(0) == 0;
}

static Step spin(const Message &, std::string_view) {
    volatile bool is_spinning = true;
    while (is_spinning) {
    }
    return true;
}

static Step poll(const Message &, std::string_view) {
    while (!ring::should_terminate()) {
        if (!ring::is_active()) {
            ring::wait_active();
        }
    }
    return false;
}

static Step life(const Message &message, std::string_view) {
    auto text = [](bool is) { return is ? "true"s : "false"s; };
    return answer(message, "active=" + text(ring::is_active()) +
                               " terminate=" + text(ring::should_terminate()));
}

static Step who(const Message &message, std::string_view) {
    return answer(message, ring::kernel_id());
}

static Step envelope(const Message &message, std::string_view) {
    constexpr std::array names = {"low", "normal", "high", "urgent"};
    return answer(message, std::to_string(message.id()) + " " +
                               std::to_string(message.correlation()) + " " +
                               names[static_cast<std::size_t>(message.priority())]);
}

static Step flood(const Message &message, std::string_view count) {
    for (std::uint64_t at = 0; at < number(count); ++at) {
        if (Step sent = answer(message, std::to_string(at)); !sent) {
            return sent;
        }
    }
    return true;
}

static Step fill(const Message &message, std::string_view) {
    for (unsigned taken = 0;; ++taken) {
        auto sent = ring::send({"full", message}, 0ns);
        if (!sent) {
            auto why = sent.error() == ring::Error::full ? "full"s : "timeout"s;
            return answer(message, "filled " + std::to_string(taken) + " " + why);
        }
    }
}

static Step big(const Message &message, std::string_view length) {
    Step sent = answer(message, std::string(number(length), 'x'));
    if (sent == std::unexpected(ring::Error::too_large)) {
        return answer(message, "too-large");
    }
    return sent;
}

static Step timeout(const Message &message, std::string_view milliseconds) {
    auto other = ring::receive(std::chrono::milliseconds(number(milliseconds)));
    if (other) {
        return answer(message, other->text());
    }
    if (other.error() == ring::Error::timeout) {
        return answer(message, "timeout");
    }
    return std::unexpected(other.error());
}

static Step batch(const Message &message, std::string_view max) {
    auto received = ring::receive_batch(number(max));
    if (!received) {
        return std::unexpected(received.error());
    }
    std::vector<Outgoing> answers;
    for (const Message &other : *received) {
        answers.emplace_back(other.bytes(), other);
    }
    auto sent = ring::send_batch(answers);
    if (!sent) {
        return std::unexpected(sent.error());
    }
    return answer(message, "batch " + std::to_string(received->size()));
}

static Step keep(const Message &message, std::string_view) {
    kept = message;
    return true;
}

static Step release(const Message &message, std::string_view) {
    if (kept) {
        if (Step sent = answer(*kept, "released"); !sent) {
            return sent;
        }
    }
    kept.reset();
    return answer(message, "release");
}

static Step log_line(const Message &message, std::string_view argument) {
    static const std::map<std::string_view, ring_level> levels = {
        {"trace", RING_TRACE}, {"debug", RING_DEBUG}, {"info", RING_INFO},
        {"warn", RING_WARN},   {"error", RING_ERROR},
    };
    auto [level, words] = divide(argument);
    if (auto found = levels.find(level); found != levels.end()) {
        ring::log(found->second, std::string(words));
    }
    return answer(message, "logged");
}

static Step print(const Message &message, std::string_view words) {
    std::printf("%.*s\n", static_cast<int>(words.size()), words.data());
    return answer(message, "printed");
}

// Does what a message asks, or sends it back.
static Step obey(const Message &message, const std::string &text) {
    using Command = Step (*)(const Message &, std::string_view);
    static const std::map<std::string_view, Command> commands = {
        {"fail", fail},   {"trap", trap},       {"spin", spin},         {"poll", poll},
        {"life", life},   {"who", who},         {"envelope", envelope}, {"flood", flood},
        {"fill", fill},   {"big", big},         {"timeout", timeout},   {"batch", batch},
        {"keep", keep},   {"release", release}, {"log", log_line},      {"print", print},
    };
    auto [command, argument] = divide(text);
    if (auto found = commands.find(command); found != commands.end()) {
        return found->second(message, argument);
    }
    return answer(message, text);
}

static ring::Outcome run() {
    while (auto message = ring::receive()) {
        // A copy, which stays where a command receives another.
        Step step = obey(*message, std::string(message->text()));
        if (failure) {
            return ring::failure(*failure);
        }
        if (!step || !*step) {
            break;
        }
    }
    return {};
}

RING_LOOP(run)
