// Data-parallel work: the interface of ringhost_compute.h with C++'s own types.
//
// Spaces, buffers, plans, events and residents are dropped where their variables end, in any order: a buffer, plan,
// event or resident keeps what it needs of its space. One that was moved from is Status::invalid to use.
#pragma once

#include "ringhost.hpp"
#include "ringhost_compute.h"

#include <algorithm>
#include <concepts>
#include <limits>
#include <ranges>
#include <type_traits>
#include <utility>

namespace ring::compute {

// Why something was not done, as ring_compute_status says.
enum class Status {
    invalid = RING_COMPUTE_INVALID,
    no_device = RING_COMPUTE_NO_DEVICE,
    out_of_memory = RING_COMPUTE_OUT_OF_MEMORY,
    quota = RING_COMPUTE_QUOTA,
    trap = RING_COMPUTE_TRAP,
    poisoned = RING_COMPUTE_POISONED,
    cancelled = RING_COMPUTE_CANCELLED,
    timeout = RING_COMPUTE_TIMEOUT,
    terminating = RING_COMPUTE_TERMINATING,
    device_lost = RING_COMPUTE_DEVICE_LOST,
};

// An item that could not go on; of several the one with the lowest number.
struct Trap {
    std::string function;
    std::uint32_t item;
    ring_trap_code code;
};

struct Error {
    Status status;
    // For an operator: `return ring::failure(error.words);`
    std::string words;
    // Of Status::trap.
    std::optional<Trap> trap;
};

template <class T> using Result = std::expected<T, Error>;

// What a buffer can hold.
template <class T>
concept Element = (std::integral<T> || std::floating_point<T>) && !std::same_as<T, bool> &&
                  (sizeof(T) <= 8);

struct Stats {
    // Over all lanes of the device.
    std::chrono::nanoseconds device_time;
    std::uint32_t launches;
    std::uint64_t items;
};

namespace detail {

inline std::unexpected<Error> last_failure() {
    const ring_compute_failure *failure = ring_compute_last_failure();
    Error error{static_cast<Status>(failure->status), failure->words, {}};
    if (failure->status == RING_COMPUTE_TRAP) {
        error.trap = Trap{failure->function, failure->item, failure->code};
    }
    return std::unexpected(std::move(error));
}

inline Result<void> checked(ring_compute_status status) {
    if (status == RING_COMPUTE_OK) {
        return {};
    }
    return last_failure();
}

inline Stats stats(const ring_stats &from) {
    return {std::chrono::nanoseconds(from.device_time), from.launches, from.items};
}

// The bytes of so many elements; of more than there can be, more than the host takes.
template <Element T> std::uint32_t bytes(std::size_t elements) {
    constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
    return elements > most / sizeof(T) ? most : static_cast<std::uint32_t>(elements * sizeof(T));
}

// What is dropped when its variable ends.
template <class Raw, void (*drop)(Raw *)> class Owned {
  public:
    explicit Owned(Raw raw) : raw_(raw) {}
    Owned(Owned &&other) noexcept : raw_(std::exchange(other.raw_, {})) {}
    Owned &operator=(Owned &&other) noexcept {
        Owned old(std::exchange(raw_, std::exchange(other.raw_, {})));
        return *this;
    }
    ~Owned() { drop(&raw_); }

    // As ringhost_compute.h has it. It stays this one's to drop.
    Raw raw() const { return raw_; }

  private:
    Raw raw_;
};

} // namespace detail

// A part of a space, of so many elements.
template <Element T> class Buffer : public detail::Owned<ring_buffer, ring_buffer_drop> {
  public:
    using Owned::Owned;

    std::size_t length() const { return ring_buffer_length(raw()) / sizeof(T); }

    // Writes elements from this one on, behind all that was submitted to the space before.
    Result<void> write(std::span<const T> elements, std::size_t first = 0) const {
        return detail::checked(ring_buffer_write(raw(), detail::bytes<T>(first), elements.data(),
                                                 elements.size_bytes()));
    }

    // Reads elements from this one on, when all that was submitted to the space before is done; waits for
    // that no longer than the timeout.
    Result<void> read(std::span<T> elements, std::size_t first = 0, Timeout timeout = {}) const {
        return detail::checked(ring_buffer_read_within(raw(), detail::bytes<T>(first),
                                                       elements.data(), elements.size_bytes(),
                                                       ring::detail::nanoseconds(timeout)));
    }

    // All of its elements.
    Result<std::vector<T>> read() const {
        std::vector<T> elements(length());
        return read(elements).transform([&] { return std::move(elements); });
    }
};

// A step of what is submitted: made by RING_LAUNCH, write, copy or fill. What is written, and its buffers,
// must be there until it is submitted or made a plan.
class Command {
  public:
    explicit Command(ring_command raw, std::vector<ring_argument> arguments = {})
        : raw_(raw), arguments_(std::move(arguments)) {}

    // A launch with so much fuel for each item: turns of loops, and calls of functions.
    Command with_fuel(std::uint64_t fuel) const {
        return Command(ring_with_fuel(raw_, fuel), arguments_);
    }

    ring_command raw() const {
        ring_command raw = raw_;
        if (raw.kind == RING_IS_LAUNCH) {
            raw.value.launch.arguments = arguments_.data();
        }
        return raw;
    }

  private:
    ring_command raw_;
    std::vector<ring_argument> arguments_;
};

// Elements that go to a buffer, from this one on. All that one submission writes must fit into a message,
// 1 MiB by default; more is a trap, and is for Buffer::write.
template <Element T>
Command write(const Buffer<T> &to, std::size_t first,
              std::type_identity_t<std::span<const T>> elements) {
    return Command(ring_command_write(to.raw(), detail::bytes<T>(first), elements.data(),
                                      elements.size_bytes()));
}

// So many elements that go from one buffer to another, or within one, as if through a third.
template <Element T>
Command copy(const Buffer<T> &to, std::size_t to_first, const Buffer<T> &from,
             std::size_t from_first, std::size_t length) {
    return Command(ring_command_copy(to.raw(), detail::bytes<T>(to_first), from.raw(),
                                     detail::bytes<T>(from_first), detail::bytes<T>(length)));
}

// A byte that fills so many elements, from this one on.
template <Element T>
Command fill(const Buffer<T> &to, std::size_t first, std::size_t length, std::uint8_t byte) {
    return Command(
        ring_command_fill(to.raw(), detail::bytes<T>(first), detail::bytes<T>(length), byte));
}

// What an operation of the host's takes: integers and floats of 32 or 64 bits.
template <class T>
concept Number = Element<T> && std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8);

namespace detail {

template <Number T> constexpr ring_element element() {
    if constexpr (std::is_floating_point_v<T>) {
        return sizeof(T) == 4 ? RING_FLOAT32 : RING_FLOAT64;
    } else if constexpr (std::is_signed_v<T>) {
        return sizeof(T) == 4 ? RING_INT32 : RING_INT64;
    } else {
        return sizeof(T) == 4 ? RING_UINT32 : RING_UINT64;
    }
}

// How many elements a buffer has.
template <Element T> std::uint32_t count(const Buffer<T> &buffer) {
    return static_cast<std::uint32_t>(buffer.length());
}

} // namespace detail

// All elements of a buffer, which become one: the first of another.
template <Number T>
Command reduce(ring_operator op, const Buffer<T> &from, const Buffer<T> &to) {
    return Command(ring_command_reduce(detail::element<T>(), op, from.raw(), 0,
                                       detail::count(from), to.raw(), 0));
}

// All elements of a buffer, each of which becomes what it makes with all before it. They may go to where they
// are.
template <Number T>
Command scan(ring_operator op, const Buffer<T> &from, const Buffer<T> &to) {
    return Command(ring_command_scan(detail::element<T>(), op, false, from.raw(), 0,
                                     detail::count(from), to.raw(), 0));
}

// The same without the element itself: the first becomes 0, of a sum.
template <Number T>
Command exclusive_scan(ring_operator op, const Buffer<T> &from, const Buffer<T> &to) {
    return Command(ring_command_scan(detail::element<T>(), op, true, from.raw(), 0,
                                     detail::count(from), to.raw(), 0));
}

enum class Order { ascending, descending };

// All elements of a buffer, which are put in order. Equal ones stay in theirs.
template <Number T> Command sort(const Buffer<T> &keys, Order order = Order::ascending) {
    return Command(ring_command_sort(detail::element<T>(), order == Order::descending, keys.raw(),
                                     0, detail::count(keys)));
}

// The same with as many numbers of 32 bits, which go with the elements.
template <Number T, Number V>
    requires(sizeof(V) == 4)
Command sort(const Buffer<T> &keys, const Buffer<V> &values, Order order = Order::ascending) {
    return Command(ring_with_values(sort(keys, order).raw(), values.raw(), 0));
}

// A matrix in a buffer: its rows one behind the other.
template <std::floating_point T> struct Matrix {
    const Buffer<T> &buffer;
    bool is_transposed = false;

    Matrix(const Buffer<T> &buffer, bool is_transposed = false)
        : buffer(buffer), is_transposed(is_transposed) {}

    ring_matrix raw() const { return {buffer.raw(), 0, is_transposed}; }
};

// The matrix whose columns are the rows that lie in a buffer.
template <std::floating_point T> Matrix<T> transposed(const Buffer<T> &buffer) {
    return Matrix<T>(buffer, true);
}

// c = alpha * a * b + beta * c, with `a` of m rows and k columns, and `b` of k rows and n columns.
template <std::floating_point T>
Command gemm(std::uint32_t m, std::uint32_t n, std::uint32_t k, std::type_identity_t<T> alpha,
             const std::type_identity_t<Matrix<T>> &a, const std::type_identity_t<Matrix<T>> &b,
             std::type_identity_t<T> beta, const Buffer<T> &c) {
    return Command(ring_command_gemm(detail::element<T>(), m, n, k, alpha, a.raw(), b.raw(), beta,
                                     Matrix<T>(c).raw()));
}

namespace detail {

template <class> inline constexpr bool is_buffer = false;
template <class T> inline constexpr bool is_buffer<Buffer<T>> = true;

// What is given for a parameter of this type.
template <class Parameter, class Given> ring_argument argument(const Given &given) {
    if constexpr (std::is_pointer_v<Parameter>) {
        using Held = std::remove_cv_t<std::remove_pointer_t<Parameter>>;
        static_assert(std::same_as<Given, Buffer<Held>>,
                      "for a pointer a launch is given a Buffer of what that points to");
        return ring_address(given.raw());
    } else {
        static_assert(!is_buffer<Given>, "for a number a launch is given a number");
        Parameter number = static_cast<Parameter>(given);
        if constexpr (std::same_as<Parameter, float>) {
            return ring_f32(number);
        } else if constexpr (std::same_as<Parameter, double>) {
            return ring_f64(number);
        } else if constexpr (sizeof(Parameter) == 8) {
            return ring_i64(static_cast<std::int64_t>(number));
        } else {
            return ring_i32(static_cast<std::int32_t>(number));
        }
    }
}

template <class... Parameters, class... Given>
Command launch(void (*)(std::uint32_t, Parameters...), const char *name, std::size_t items,
               const Given &...given) {
    static_assert(sizeof...(Parameters) == sizeof...(Given),
                  "a launch is given one argument for each parameter behind the item");
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    std::vector<ring_argument> arguments{argument<Parameters>(given)...};
    return Command(ring_command_launch(name, static_cast<std::uint32_t>(std::min(items, most)),
                                       nullptr, arguments.size()),
                   std::move(arguments));
}

inline std::vector<ring_command> raw(std::span<const Command> commands) {
    std::vector<ring_command> raw;
    raw.reserve(commands.size());
    for (const Command &command : commands) {
        raw.push_back(command.raw());
    }
    return raw;
}

} // namespace detail

// What was submitted. It goes on when this is dropped.
class Event : public detail::Owned<ring_event, ring_event_drop> {
  public:
    using Owned::Owned;

    // How it ended; nothing while it goes on.
    std::optional<Result<Stats>> poll() const {
        ring_stats stats;
        switch (ring_event_poll(raw(), &stats)) {
        case RING_COMPUTE_OK:
            return detail::stats(stats);
        case RING_COMPUTE_TIMEOUT:
            return std::nullopt;
        default:
            return detail::last_failure();
        }
    }

    // Waits for its end, no longer than the timeout.
    Result<Stats> wait(Timeout timeout = {}) const {
        ring_stats stats;
        auto status = ring_event_wait(raw(), ring::detail::nanoseconds(timeout), &stats);
        return detail::checked(status).transform([&] { return detail::stats(stats); });
    }

    // Ends it where it is, if it still goes on. What it could write is poisoned then.
    void cancel() const { ring_event_cancel(raw()); }
};

// Commands that are checked once and done again and again.
class Plan : public detail::Owned<ring_plan, ring_plan_drop> {
  public:
    using Owned::Owned;

    // Has them done so many times, one time behind the other, and returns without waiting for them.
    Result<Event> run(std::uint32_t times) const {
        ring_event event;
        return detail::checked(ring_plan_run(raw(), times, &event)).transform([&] {
            return Event(event);
        });
    }
};

// A function that stays on its device and answers messages, in their order. On a GPU a message costs no launch as
// long as the next comes soon. What it keeps in other buffers stays. It ends when it is dropped.
template <Element In, Element Out>
class Resident : public detail::Owned<ring_resident, ring_resident_drop> {
  public:
    using Owned::Owned;

    // Sends a message and waits for its answer. No other is under way.
    Result<std::vector<Out>> ask(std::span<const In> message) const {
        std::vector<Out> answer(raw().answer_length / sizeof(Out));
        return detail::checked(ring_resident_ask(raw(), message.data(), message.size_bytes(),
                                                 answer.data(), raw().answer_length))
            .transform([&] { return std::move(answer); });
    }

    // Sends a message, which is as long as the input or shorter: the rest is zeros. False if there is no room:
    // an answer is to be received first.
    Result<bool> send(std::span<const In> message) const {
        bool is_sent;
        auto status = ring_resident_send(raw(), message.data(), message.size_bytes(), &is_sent);
        return detail::checked(status).transform([&] { return is_sent; });
    }

    // Receives the next answer, no later than the timeout. Where an item trapped, that is the answer.
    Result<std::vector<Out>> receive(Timeout timeout = {}) const {
        std::vector<Out> answer(raw().answer_length / sizeof(Out));
        return detail::checked(ring_resident_receive(raw(), answer.data(), raw().answer_length,
                                                     ring::detail::nanoseconds(timeout)))
            .transform([&] { return std::move(answer); });
    }

    // Has it begin with no more messages, for which what is submitted does not wait; and go on behind that.
    void pause() const { ring_resident_pause(raw()); }
    Result<void> resume() const { return detail::checked(ring_resident_resume(raw())); }

    // Ends it where it is. What is under way is answered with Status::cancelled.
    void stop() const { ring_resident_stop(raw()); }

    // What it has taken by now.
    Stats stats() const { return detail::stats(ring_resident_stats(raw())); }
};

// The devices on which the kernel may compute, the best first.
inline std::vector<ring_device> devices() {
    std::vector<ring_device> devices(16);
    devices.resize(ring_devices(devices.data(), devices.size()));
    return devices;
}

// A memory on one device, zeroed. What is submitted to it is done in order.
class Space : public detail::Owned<ring_space, ring_space_drop> {
  public:
    using Owned::Owned;

    // One of so many bytes, rounded up to whole pages of 64 KiB.
    static Result<Space> create(std::uint64_t bytes, ring_device_kind kind = RING_ANY_DEVICE) {
        ring_space space;
        return detail::checked(ring_space_create(&space, kind, bytes)).transform([&] {
            return Space(space);
        });
    }

    // The device that it is on.
    Result<ring_device> device() const {
        ring_device device;
        return detail::checked(ring_space_device(raw(), &device)).transform([&] { return device; });
    }

    // A buffer of so many elements, zeroed.
    template <Element T> Result<Buffer<T>> allocate(std::size_t length) const {
        ring_buffer buffer;
        auto status = ring_buffer_allocate(&buffer, raw(), detail::bytes<T>(length));
        return detail::checked(status).transform([&] { return Buffer<T>(buffer); });
    }

    // A buffer with these elements.
    template <std::ranges::contiguous_range Elements>
    auto buffer(const Elements &elements) const
        -> Result<Buffer<std::ranges::range_value_t<Elements>>> {
        using T = std::ranges::range_value_t<Elements>;
        std::span<const T> span(elements);
        ring_buffer buffer;
        auto status = ring_buffer_of(&buffer, raw(), span.data(), span.size_bytes());
        return detail::checked(status).transform([&] { return Buffer<T>(buffer); });
    }

    // Has commands done, in their order, and returns without waiting for them.
    Result<Event> submit(std::span<const Command> commands) const {
        auto list = detail::raw(commands);
        ring_event event;
        auto status = ring_submit(raw(), list.data(), list.size(), &event);
        return detail::checked(status).transform([&] { return Event(event); });
    }
    Result<Event> submit(std::initializer_list<Command> commands) const {
        return submit(std::span(commands.begin(), commands.size()));
    }

    // Has commands done and waits for their end.
    Result<Stats> run(std::span<const Command> commands) const {
        return submit(commands).and_then([](const Event &event) { return event.wait(); });
    }
    Result<Stats> run(std::initializer_list<Command> commands) const {
        return run(std::span(commands.begin(), commands.size()));
    }

    // Checks commands once, to have them done many times.
    Result<Plan> plan(std::span<const Command> commands) const {
        auto list = detail::raw(commands);
        ring_plan plan;
        auto status = ring_plan_make(&plan, raw(), list.data(), list.size());
        return detail::checked(status).transform([&] { return Plan(plan); });
    }
    Result<Plan> plan(std::initializer_list<Command> commands) const {
        return plan(std::span(commands.begin(), commands.size()));
    }

    // Has a launch's function stay, of 1 to 1024 items, and run for each message: that is put into `input`,
    // and `output` is the answer, the whole of it. Up to `depth` messages are under way.
    template <Element In, Element Out>
    Result<Resident<In, Out>> reside(const Command &launch, const Buffer<In> &input,
                                     const Buffer<Out> &output, std::uint32_t depth = 1) const {
        ring_resident resident;
        auto status = ring_reside(&resident, raw(), launch.raw(), input.raw(), output.raw(), depth);
        return detail::checked(status).transform([&] { return Resident<In, Out>(resident); });
    }
};

} // namespace ring::compute

// A launch of a function that is marked with RING_COMPUTE, for the items 0, 1, .. of so many, with what
// it takes behind the item, a Buffer for a pointer: RING_LAUNCH(saxpy, y.length(), 2, x, y)
#undef RING_LAUNCH
#define RING_LAUNCH(function, items, ...)                                                          \
    ring::compute::detail::launch(function, #function, items __VA_OPT__(, ) __VA_ARGS__)
