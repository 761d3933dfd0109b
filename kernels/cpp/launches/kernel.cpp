// Does what a message asks of the host's devices, and answers how it ended: what the tests ask the SDK. A handler,
// where those of C and Zig are loops.
#include "ringhost_compute.hpp"

#include <cstdlib>
#include <numeric>

namespace compute = ring::compute;
using namespace std::literals;

constexpr std::uint64_t room = 4 << 20;

// More than a test waits for.
constexpr std::uint64_t endless = 1ull << 36;

RING_COMPUTE(doubled, "x:in:u32 y:out:u32")
void doubled(std::uint32_t item, const std::uint32_t *x, std::uint32_t *y) { y[item] = 2 * x[item]; }

RING_COMPUTE(add, "by:value y:inout:u32")
void add(std::uint32_t item, std::uint32_t by, std::uint32_t *y) { y[item] += by; }

// The last one reaches far outside of the space.
RING_COMPUTE(outside)
void outside(std::uint32_t item, std::uint32_t *y) { y[item == 3 ? 1u << 29 : item] = item; }

RING_COMPUTE(spin, "fuel=1000 y:inout:u32")
void spin(std::uint32_t item, volatile std::uint32_t *y) {
    while (y[item] == 0) {
    }
}

// Of numbers made from the item, sorted in an array on the stack, the one in the middle.
RING_COMPUTE(median, "y:out:u32")
void median(std::uint32_t item, std::uint32_t *y) {
    std::array<std::uint32_t, 63> numbers;
    std::uint32_t number = item;
    for (std::uint32_t &made : numbers) {
        made = number = number * 1664525 + 1013904223;
    }
    std::sort(numbers.begin(), numbers.end());
    y[item] = numbers[31];
}

// Every type of number, each at its own place.
RING_COMPUTE(numbers, "a:value b:value c:value d:value e:value y:out:f64")
void numbers(std::uint32_t, std::int32_t a, std::uint64_t b, float c, double d, std::uint8_t e,
             double *y) {
    y[0] = a + 10.0 * b + 100.0 * c + 1000.0 * d + 10000.0 * e;
}

// The sums of all messages by now. Its first number may not be a hundred.
RING_COMPUTE(total, "x:in:u32 sums:inout:u32 y:out:u32")
void total(std::uint32_t item, const std::uint32_t *x, std::uint32_t *sums, std::uint32_t *y) {
    if (x[0] == 100) {
        std::abort();
    }
    sums[item] += x[item];
    y[item] = sums[item];
}

static std::string name(compute::Status status) {
    static constexpr std::array names{"ok",       "invalid",   "no device",   "out of memory",
                                      "quota",    "trap",      "poisoned",    "cancelled",
                                      "timeout",  "terminating", "device lost"};
    return names[static_cast<std::size_t>(status)];
}

static std::string ended(const compute::Error &error) {
    static constexpr std::array codes{"out of bounds",  "divide by zero", "integer overflow",
                                      "bad conversion", "unreachable",    "out of fuel",
                                      "stack overflow", "indirect call"};
    if (!error.trap) {
        return name(error.status);
    }
    return "trap "s + codes[error.trap->code] + " in " + error.trap->function + " at " +
           std::to_string(error.trap->item);
}

template <class T> static std::string ended(const compute::Result<T> &result) {
    return result ? "ok" : ended(result.error());
}

// What a test that expects success has otherwise.
template <class T> static T must(compute::Result<T> result) {
    if (!result) {
        ring::error(result.error().words);
        std::abort();
    }
    return std::move(*result);
}

static void must(compute::Result<void> result) {
    if (!result) {
        ring::error(result.error().words);
        std::abort();
    }
}

// A space with a buffer of so many numbers, which count up from 1.
struct Numbers {
    compute::Space space = must(compute::Space::create(room));
    compute::Buffer<std::uint32_t> buffer;

    explicit Numbers(std::size_t length) : buffer(counted(space, length)) {}

    static compute::Buffer<std::uint32_t> counted(const compute::Space &space, std::size_t length) {
        std::vector<std::uint32_t> values(length);
        std::iota(values.begin(), values.end(), 1);
        return must(space.buffer(values));
    }
};

static std::uint64_t sum(const compute::Buffer<std::uint32_t> &buffer) {
    auto values = must(buffer.read());
    return std::accumulate(values.begin(), values.end(), std::uint64_t(0));
}

static std::string run_double(std::uint32_t length) {
    Numbers x(length);
    auto y = must(x.space.allocate<std::uint32_t>(length));
    auto stats = must(x.space.run({RING_LAUNCH(doubled, length, x.buffer, y)}));
    return std::to_string(sum(y)) + " of " + std::to_string(stats.items);
}

static std::string run_median(std::uint32_t items) {
    Numbers y(items);
    must(y.space.run({RING_LAUNCH(median, items, y.buffer)}));
    return std::to_string(sum(y.buffer));
}

// Filled, written, copied and launched in one submission.
static std::string run_batch() {
    Numbers x(4);
    auto y = must(x.space.allocate<std::uint32_t>(4));
    const std::uint32_t seven[] = {7};
    must(x.space.run({
        compute::fill(x.buffer, 0, 4, 1),
        compute::write(x.buffer, 1, seven),
        compute::copy(y, 0, x.buffer, 1, 2),
        RING_LAUNCH(add, 4, 1, y),
    }));
    std::string told;
    for (std::uint32_t value : must(y.read())) {
        told += (told.empty() ? "" : " ") + std::to_string(value);
    }
    return told;
}

static std::string run_numbers() {
    auto space = must(compute::Space::create(room));
    auto y = must(space.allocate<double>(1));
    must(space.run({RING_LAUNCH(numbers, 1, -1, 2, 3, 4.5, 5, y)}));
    return std::to_string(static_cast<int>(must(y.read())[0]));
}

static std::string run_plan(std::uint32_t times) {
    Numbers y(1);
    auto once = RING_LAUNCH(add, 1, 1, y.buffer);
    must(must(must(y.space.plan({once, once})).run(times)).wait());
    return std::to_string(sum(y.buffer));
}

// A launch that fails, what there is to be read after it, and when it was written whole.
static std::string run_failing(bool is_endless) {
    Numbers y(4);
    const std::uint32_t values[] = {1, 1, 0, 0};
    must(y.buffer.write(values));
    auto launch = is_endless ? RING_LAUNCH(spin, 4, y.buffer) : RING_LAUNCH(outside, 4, y.buffer);
    auto told = ended(y.space.run({launch})) + ", " + ended(y.buffer.read());
    must(y.buffer.write(values));
    return told + ", " + ended(y.buffer.read());
}

// A launch that does not end: polled, waited for, cancelled.
static std::string run_endless() {
    Numbers y(1);
    std::uint32_t zero[] = {0};
    must(y.buffer.write(zero));
    auto launch = RING_LAUNCH(spin, 1, y.buffer).with_fuel(endless);
    auto event = must(y.space.submit({launch}));
    auto polled = event.poll() ? "ended" : "timeout"s;
    auto waited = ended(event.wait(1ms));
    auto read = ended(y.buffer.read(zero, 0, 1ms));
    event.cancel();
    return polled + ", " + waited + ", " + read + ", " + ended(event.wait());
}

// A buffer outlives its space; one that was moved from is none.
static std::string run_dropped() {
    std::optional<Numbers> numbers(3);
    auto y = std::move(numbers->buffer);
    auto moved = ended(numbers->buffer.read(std::span<std::uint32_t>()));
    auto fill = ended(numbers->space.run({compute::fill(numbers->buffer, 0, 1, 0)}));
    numbers.reset();
    return std::to_string(sum(y)) + ", " + moved + ", " + fill;
}

// What was dropped, by a copy of its handle.
static std::string run_freed() {
    ring_buffer raw = Numbers(1).buffer.raw();
    return std::to_string(ring_buffer_length(raw));
}

static std::string run_unknown() {
    Numbers y(1);
    auto ended = y.space.run({compute::Command(ring_command_launch("nothing", 1, nullptr, 0))});
    return name(ended.error().status) + ": " + ended.error().words;
}

// The numbers of a buffer, which are whole.
template <class T> static std::string line(const compute::Buffer<T> &buffer) {
    std::string line;
    for (T number : must(buffer.read())) {
        line += (line.empty() ? "" : " ") + std::to_string(static_cast<int>(number));
    }
    return line;
}

// What the host does by itself, in one submission.
static std::string run_operations() {
    auto space = must(compute::Space::create(room));
    auto x = must(space.buffer(std::vector<float>{3, 1, 2}));
    auto places = must(space.buffer(std::vector<std::uint32_t>{0, 1, 2}));
    auto factors = must(space.buffer(std::vector<double>{1, 2, 3, 4, 5, 6}));
    auto sum = must(space.allocate<float>(1));
    auto sums = must(space.allocate<float>(3));
    auto product = must(space.allocate<double>(4));
    must(space.run({
        compute::reduce(RING_SUM, x, sum),
        compute::scan(RING_SUM, x, sums),
        compute::sort(x, places, compute::Order::descending),
        compute::gemm(2, 2, 3, 2, factors, compute::transposed(factors), 0, product),
    }));
    return line(sum) + "; " + line(sums) + "; " + line(places) + "; " + line(product);
}

static std::string listed(const compute::Result<std::vector<std::uint32_t>> &answer) {
    if (!answer) {
        return ", " + ended(answer);
    }
    std::string line = ",";
    for (std::uint32_t number : *answer) {
        line += " " + std::to_string(number);
    }
    return line;
}

// A function that stays: its room, its state, a pause, a trap, its end.
static std::string run_resident() {
    const std::uint32_t numbers[] = {1, 2, 3, 4}, ten[] = {10}, bad[] = {100};
    auto space = must(compute::Space::create(room));
    auto in = must(space.allocate<std::uint32_t>(4));
    auto kept = must(space.allocate<std::uint32_t>(4));
    auto out = must(space.allocate<std::uint32_t>(4));
    auto sums = must(space.reside(RING_LAUNCH(total, 4, in, kept, out), in, out, 2));
    auto sent = [&](std::span<const std::uint32_t> message) {
        return must(sums.send(message)) ? "sent"s : "full"s;
    };
    auto told = sent(numbers) + " ";
    told += sent(numbers) + " ";
    told += sent(numbers);
    for (int count = 0; count < 3; count++) {
        told += listed(sums.receive());
    }
    sums.pause();
    sent(ten);
    told += listed(sums.receive(1ms));
    must(sums.resume());
    told += listed(sums.receive());
    auto first = must(sums.ask({}))[0];
    told += ", " + std::to_string(first) + " of " + std::to_string(sums.stats().items);
    sent(bad);
    told += listed(sums.receive());
    sums.stop();
    auto moved = std::move(sums);
    return told + listed(sums.receive());
}

static std::string run_devices() {
    auto space = must(compute::Space::create(1, RING_CPU));
    bool is_cpu = must(space.device()).kind == RING_CPU;
    return is_cpu && compute::devices().back().kind == RING_CPU ? "cpu" : "none";
}

static std::string obeyed(std::string_view words) {
    auto end = std::min(words.find(' '), words.size());
    auto word = words.substr(0, end);
    std::uint32_t number = std::strtoul(std::string(words.substr(end)).c_str(), nullptr, 10);
    if (word == "double") {
        return run_double(number);
    } else if (word == "median") {
        return run_median(number);
    } else if (word == "batch") {
        return run_batch();
    } else if (word == "numbers") {
        return run_numbers();
    } else if (word == "plan") {
        return run_plan(number);
    } else if (word == "fail") {
        return run_failing(number == 1);
    } else if (word == "endless") {
        return run_endless();
    } else if (word == "dropped") {
        return run_dropped();
    } else if (word == "freed") {
        return run_freed();
    } else if (word == "unknown") {
        return run_unknown();
    } else if (word == "operations") {
        return run_operations();
    } else if (word == "resident") {
        return run_resident();
    }
    return run_devices();
}

static ring::Outcome obey(const ring::Message &message, ring::Replies &replies) {
    replies.push(obeyed(message.text()));
    return {};
}

RING_HANDLER(obey)
