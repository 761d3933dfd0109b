// Counts the words of a stream of texts: state that grows with what comes.
#include "messages.hpp"

#include <cwctype>
#include <map>
#include <set>

// What is longer than so many bytes is no word, and is not counted.
constexpr std::size_t longest_word = 256;
// An answer is cut near so many bytes, to stay well below a message limit of 1 MiB. A count takes less
// than the second beside its word.
constexpr std::size_t answer_bytes = 512 * 1024;
constexpr std::size_t count_bytes = 16;

static std::map<std::string, std::uint64_t, std::less<>> counts;
static std::uint64_t total;

// The words of a text in lower case: runs of letters and digits. What is not UTF-8 parts words, as any
// other sign does.
static void each_word(std::string_view text, auto use) {
    std::string word;
    ring_text rest = {text.data(), text.size()};
    while (rest.length > 0) {
        std::int32_t letter = ring_text_next(&rest);
        if (letter >= 0 && std::iswalnum(letter)) {
            char bytes[4];
            word.append(bytes, ring_text_put(bytes, std::towlower(letter)));
        } else if (!word.empty()) {
            use(std::exchange(word, {}));
        }
    }
    if (!word.empty()) {
        use(word);
    }
}

static ring::Outcome count_words(const ring::Message &message, ring::Replies &replies) {
    std::set<std::string> seen;
    each_word(message.text(), [&](const std::string &word) {
        if (word.size() <= longest_word) {
            ++counts[word];
            ++total;
            seen.insert(word);
        }
    });
    Counts part;
    std::size_t bytes = 0;
    std::size_t left = seen.size();
    for (const std::string &word : seen) {
        bytes += word.size() + count_bytes;
        if (bytes > answer_bytes) {
            part.total = total;
            part.remaining = left;
            if (auto sent = replies.push(std::exchange(part, {})); !sent) {
                return sent;
            }
            bytes = word.size() + count_bytes;
        }
        part.words.push_back({.word = word, .count = counts[word]});
        --left;
    }
    part.total = total;
    return replies.push(part);
}

RING_SERVE(count_words)
