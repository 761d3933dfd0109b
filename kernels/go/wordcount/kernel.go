// Counts the words of a stream of texts: state that grows with what comes.
package main

import (
	"bytes"
	"maps"
	"slices"
	"unicode"

	"messages"
	"ringhost"
)

const (
	// What is longer than so many bytes is no word, and is not counted.
	longestWord = 256
	// An answer is cut near so many bytes, to stay well below a message limit of 1 MiB.
	answerBytes = 512 << 10
	// More than a count takes beside its word.
	countBytes = 16
)

var (
	counts = map[string]uint64{}
	total  uint64
)

func main() {
	ringhost.Serve(count)
}

// Words are runs of letters and digits. What is not UTF-8 parts them, as any other sign does.
func count(message ringhost.Message, replies *ringhost.Replies) error {
	seen := map[string]bool{}
	for word := range bytes.FieldsFuncSeq(bytes.ToLower(message.Bytes), parts) {
		if len(word) <= longestWord {
			counts[string(word)]++
			seen[string(word)] = true
			total++
		}
	}
	return answer(slices.Sorted(maps.Keys(seen)), replies)
}

func parts(letter rune) bool {
	return !unicode.IsLetter(letter) && !unicode.IsNumber(letter)
}

func answer(words []string, replies *ringhost.Replies) error {
	var part messages.Counts
	size := 0
	for at, word := range words {
		size += len(word) + countBytes
		if size > answerBytes {
			part.Total, part.Remaining = total, uint32(len(words)-at)
			if err := replies.AddValue(part); err != nil {
				return err
			}
			part.Words, size = nil, len(word)+countBytes
		}
		part.Words = append(part.Words, messages.Count{Word: word, Count: counts[word]})
	}
	part.Total, part.Remaining = total, 0
	return replies.AddValue(part)
}
