// What a kernel in C++ sees of its host: the interface of ringhost.h with C++'s own types.
//
// A kernel names its function with one of the macros at the end of this file. There are no exceptions
// in a kernel; what can fail returns a std::expected.
#pragma once

#include "ringhost.h"

#include <chrono>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ring {

// Why a call did not do what it was called for.
enum class Error {
    timeout = RING_TIMEOUT,
    closed = RING_CLOSED,
    terminating = RING_TERMINATING,
    full = RING_FULL,
    too_large = RING_TOO_LARGE,
};

inline const char *text(Error error) { return ring_status_text(static_cast<ring_status>(error)); }

// A span of time for receiving and sending; without one, as long as it takes.
using Timeout = std::optional<std::chrono::nanoseconds>;

enum class Priority {
    low = RING_LOW,
    normal = RING_NORMAL,
    high = RING_HIGH,
    urgent = RING_URGENT,
};

using Bytes = std::span<const std::uint8_t>;

// What ends a kernel with an error: words for its operator.
using Outcome = std::expected<void, std::string>;

inline std::unexpected<std::string> failure(std::string words) {
    return std::unexpected(std::move(words));
}

// A message as the kernel receives it. Its bytes stay until the kernel receives again.
class Message {
  public:
    explicit Message(const ring_message &message) : message_(message) {}

    std::uint64_t id() const { return message_.id; }
    std::uint64_t correlation() const { return message_.correlation; }
    Priority priority() const { return static_cast<Priority>(message_.priority); }
    Bytes bytes() const { return {message_.bytes, message_.length}; }
    std::string_view text() const {
        return {reinterpret_cast<const char *>(message_.bytes), message_.length};
    }
    // The same message in another band, for an answer that is to overtake others.
    Message with(Priority priority) const {
        Message other(*this);
        other.message_.priority = static_cast<ring_priority>(priority);
        return other;
    }
    // As a type of messages.json; or words that say what it is instead.
    template <class T> std::expected<T, std::string> read() const;
    const ring_message &raw() const { return message_; }

  private:
    ring_message message_;
};

// A message as the kernel sends it: bytes that are somebody else's until it is sent, and the message
// that it answers, by its correlation and priority; without one, that received last. Of a message
// that is answered later a copy is enough, whose bytes may be gone.
struct Outgoing {
    Outgoing(Bytes bytes, std::optional<Message> answers = std::nullopt)
        : bytes(bytes), answers(answers) {}
    Outgoing(std::string_view text, std::optional<Message> answers = std::nullopt)
        : Outgoing(Bytes(reinterpret_cast<const std::uint8_t *>(text.data()), text.size()),
                   answers) {}

    Bytes bytes;
    std::optional<Message> answers;

    ring_outgoing raw() const {
        return {bytes.data(), bytes.size(), answers ? &answers->raw() : nullptr};
    }
};

// What a function answers to the message in hand. It is sent when the function has returned.
class Replies {
  public:
    explicit Replies(ring_replies *replies) : replies_(replies) {}

    void push(Bytes bytes) { ring_reply(replies_, bytes.data(), bytes.size()); }
    void push(std::string_view text) { ring_reply(replies_, text.data(), text.size()); }
    // A value of a type of messages.json.
    template <class T>
        requires requires { T::ring_name; }
    Outcome push(const T &value);

  private:
    ring_replies *replies_;
};

namespace detail {

inline std::uint64_t nanoseconds(Timeout timeout) {
    return timeout ? static_cast<std::uint64_t>(timeout->count()) : RING_FOREVER;
}

inline std::expected<void, Error> checked(ring_status status) {
    if (status == RING_OK) {
        return {};
    }
    return std::unexpected(static_cast<Error>(status));
}

// An error text outlives the call that returns it.
inline const char *told(Outcome outcome) {
    static std::string words;
    if (outcome) {
        return nullptr;
    }
    words = std::move(outcome.error());
    return words.c_str();
}

// A state that is taken out, or why there is none.
inline const char *taken_out(std::expected<std::string, std::string> bytes, ring_state *state) {
    if (!bytes) {
        return told(std::unexpected(std::move(bytes.error())));
    }
    ring_state_write(state, bytes->data(), bytes->size());
    return nullptr;
}

} // namespace detail

// Takes the next message; without a timeout, waiting as long as it takes. Not in a handler.
inline std::expected<Message, Error>
receive(Timeout timeout = {}) {
    ring_message message;
    ring_status status = ring_receive(&message, detail::nanoseconds(timeout));
    if (status != RING_OK) {
        return std::unexpected(static_cast<Error>(status));
    }
    return Message(message);
}

// Takes up to `max` messages, waiting for the first. Not in a handler.
inline std::expected<std::vector<Message>, Error>
receive_batch(std::uint32_t max, Timeout timeout = {}) {
    std::vector<ring_message> messages(max);
    std::size_t count = 0;
    ring_status status =
        ring_receive_batch(messages.data(), max, &count, detail::nanoseconds(timeout));
    if (status != RING_OK) {
        return std::unexpected(static_cast<Error>(status));
    }
    return std::vector<Message>(messages.begin(), messages.begin() + count);
}

// Sends a message, waiting for room for so long; without a timeout, as long as it takes.
inline std::expected<void, Error>
send(const Outgoing &message, Timeout timeout = {}) {
    ring_outgoing outgoing = message.raw();
    return detail::checked(ring_send_within(&outgoing, detail::nanoseconds(timeout)));
}

// Sends messages in their order, waiting for room for each. Returns how many were taken, from the
// front: fewer than given where one was refused. Where that is the first, it is the error.
inline std::expected<std::size_t, Error>
send_batch(std::span<const Outgoing> messages,
           Timeout timeout = {}) {
    std::vector<ring_outgoing> outgoing;
    outgoing.reserve(messages.size());
    for (const Outgoing &message : messages) {
        outgoing.push_back(message.raw());
    }
    std::size_t taken = 0;
    ring_status status = ring_send_batch(outgoing.data(), outgoing.size(), &taken,
                                         detail::nanoseconds(timeout));
    if (status != RING_OK) {
        return std::unexpected(static_cast<Error>(status));
    }
    return taken;
}

inline std::string_view kernel_id() { return ring_kernel_id(); }
inline bool should_terminate() { return ring_should_terminate(); }
inline bool is_active() { return ring_is_active(); }

// Waits until the kernel is active; false if it is asked to end.
inline bool wait_active() { return ring_wait_active() == RING_OK; }

inline void log(ring_level level, const std::string &text) { ring_log(level, text.c_str()); }
inline void trace(const std::string &text) { log(RING_TRACE, text); }
inline void debug(const std::string &text) { log(RING_DEBUG, text); }
inline void info(const std::string &text) { log(RING_INFO, text); }
inline void warn(const std::string &text) { log(RING_WARN, text); }
inline void error(const std::string &text) { log(RING_ERROR, text); }

} // namespace ring

// As in ringhost.h, of functions `ring::Outcome run()`,
// `ring::Outcome handle(const ring::Message &, ring::Replies &)`, and for a state
// `std::expected<std::string, std::string> snapshot()` and `ring::Outcome restore(std::string_view)`.
#undef RING_LOOP
#undef RING_SERVE
#undef RING_HANDLER
#undef RING_STATE
#define RING_LOOP(run)                                                                             \
    extern "C" const char *ringhost_loop() { return ring::detail::told(run()); }
#define RING_SERVE(handle)                                                                         \
    static const char *ringhost_serve_one(const ring_message *message, ring_replies *replies) {    \
        ring::Replies to(replies);                                                                 \
        return ring::detail::told(handle(ring::Message(*message), to));                            \
    }                                                                                              \
    extern "C" const char *ringhost_loop() { return ring_serve(ringhost_serve_one); }
#define RING_HANDLER(handle)                                                                       \
    extern "C" const char *ringhost_handle(const ring_message *message, ring_replies *replies) {   \
        ring::Replies to(replies);                                                                 \
        return ring::detail::told(handle(ring::Message(*message), to));                            \
    }
#define RING_STATE(snapshot, restore)                                                              \
    extern "C" const char *ringhost_snapshot(ring_state *state) {                                  \
        return ring::detail::taken_out(snapshot(), state);                                         \
    }                                                                                              \
    extern "C" const char *ringhost_restore(const void *bytes, size_t length) {                    \
        return ring::detail::told(restore({static_cast<const char *>(bytes), length}));            \
    }
