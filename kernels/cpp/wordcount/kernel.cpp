// Counts the words of each message and answers with the counts, a line a word.
#include "ringhost.hpp"

#include <map>
#include <string>

static ring::Outcome count_words(const ring::Message &message, ring::Replies &replies) {
    std::map<std::string, unsigned> counts;
    std::string word;
    for (unsigned char letter : message.text()) {
        if (std::isalpha(letter)) {
            word += static_cast<char>(std::tolower(letter));
        } else if (!word.empty()) {
            ++counts[std::exchange(word, {})];
        }
    }
    if (!word.empty()) {
        ++counts[word];
    }
    std::string lines;
    for (const auto &[counted, count] : counts) {
        lines += counted + " " + std::to_string(count) + "\n";
    }
    replies.push(lines);
    return {};
}

RING_SERVE(count_words)
