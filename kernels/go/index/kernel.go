// Makes the index of a text: each word, and the numbers of the paragraphs that it is in.
//
// A pipeline of goroutines that all messages go through: what is received is cut into paragraphs,
// several workers take the words out of them, and one puts together what belongs to one message and
// answers it. They take turns on the kernel's one thread: what is won is that each stage is written as
// if it were alone.
package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"ringhost"
)

const workers = 4

// A text, and how many paragraphs it has.
type text struct {
	message    ringhost.Message
	paragraphs int
}

type paragraph struct {
	of     *text
	number int
	text   string
}

// The words of a paragraph, each once.
type found struct {
	paragraph
	words []string
}

func main() {
	ringhost.Run(func() error {
		return answer(extract(cut(ringhost.Messages())))
	})
}

func cut(messages func(func(ringhost.Message) bool)) <-chan paragraph {
	paragraphs := make(chan paragraph)
	go func() {
		defer close(paragraphs)
		for message := range messages {
			parts := strings.Split(string(message.Bytes), "\n\n")
			of := &text{message, len(parts)}
			for at, part := range parts {
				paragraphs <- paragraph{of, at + 1, part}
			}
		}
	}()
	return paragraphs
}

func extract(paragraphs <-chan paragraph) <-chan found {
	results := make(chan found)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for paragraph := range paragraphs {
				words := strings.FieldsFunc(strings.ToLower(paragraph.text), func(letter rune) bool {
					return !unicode.IsLetter(letter)
				})
				slices.Sort(words)
				results <- found{paragraph, slices.Compact(words)}
			}
		})
	}
	go func() {
		group.Wait()
		close(results)
	}()
	return results
}

func answer(results <-chan found) error {
	texts := make(map[*text][]found)
	for result := range results {
		texts[result.of] = append(texts[result.of], result)
		if len(texts[result.of]) < result.of.paragraphs {
			continue
		}
		index := indexOf(texts[result.of])
		delete(texts, result.of)
		if err := ringhost.SendWithin(result.of.message.Answer(index), ringhost.Forever); err != nil {
			return err
		}
	}
	return nil
}

func indexOf(paragraphs []found) []byte {
	index := make(map[string][]int)
	for _, paragraph := range paragraphs {
		for _, word := range paragraph.words {
			index[word] = append(index[word], paragraph.number)
		}
	}
	var lines []byte
	for _, word := range slices.Sorted(maps.Keys(index)) {
		slices.Sort(index[word])
		lines = fmt.Appendln(lines, word, index[word])
	}
	return lines
}
