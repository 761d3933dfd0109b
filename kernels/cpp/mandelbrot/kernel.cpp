// Draws the Mandelbrot set in letters, on a GPU or on all CPU cores, a letter an item.
#include "messages.hpp"
#include "ringhost_compute.hpp"

namespace compute = ring::compute;

// How many turns the number of a letter takes to leave the circle of radius 2; `most` where it stays.
RING_COMPUTE(count, "wide:value high:value most:value turns:out:u32")
void count(std::uint32_t item, std::uint32_t wide, std::uint32_t high, std::uint32_t most,
           std::uint32_t *turns) {
    double re = 3.0 * (item % wide) / wide - 2.0;
    double im = 2.0 * (item / wide) / high - 1.0;
    double x = 0, y = 0;
    std::uint32_t turn = 0;
    for (; turn < most && x * x + y * y <= 4; ++turn) {
        double next = x * x - y * y + re;
        y = 2 * x * y + im;
        x = next;
    }
    turns[item] = turn;
}

static compute::Result<std::vector<std::uint32_t>> counted(const Picture &picture,
                                                           std::uint32_t items) {
    auto space = compute::Space::create(items * sizeof(std::uint32_t));
    if (!space) {
        return std::unexpected(space.error());
    }
    auto turns = space->allocate<std::uint32_t>(items);
    if (!turns) {
        return std::unexpected(turns.error());
    }
    auto launch = RING_LAUNCH(count, items, picture.wide, picture.high, picture.most, *turns);
    return space->run({launch}).and_then([&](auto) { return turns->read(); });
}

static ring::Outcome draw(const ring::Message &message, ring::Replies &replies) {
    auto picture = message.read<Picture>();
    if (!picture) {
        return ring::failure(picture.error());
    }
    std::uint64_t items = std::uint64_t(picture->wide) * picture->high;
    if (items == 0 || items > 500'000) {
        return ring::failure("a drawing has 1 to 500000 letters");
    }
    auto turns = counted(*picture, items);
    if (!turns) {
        return ring::failure(turns.error().words);
    }
    static constexpr std::string_view letters = " .:-=+*#%@";
    Drawing drawing;
    for (std::uint32_t row = 0; row < picture->high; ++row) {
        std::string line;
        for (std::uint32_t column = 0; column < picture->wide; ++column) {
            std::uint64_t turn = (*turns)[row * picture->wide + column];
            line += picture->most == 0 ? ' ' : letters[turn * 9 / picture->most];
        }
        drawing.rows.push_back(std::move(line));
    }
    return replies.push(drawing);
}

RING_SERVE(draw)
