// Counts: `add N` adds to the total and answers it. The total can be taken out and put in.
package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ringhost"
)

var total int64

func main() {
	ringhost.HandleState(count, snapshot, restore)
}

func count(message ringhost.Message, replies *ringhost.Replies) error {
	command, words, _ := strings.Cut(string(message.Bytes), " ")
	switch command {
	case "add":
		number, err := strconv.ParseInt(words, 10, 64)
		if err != nil {
			return err
		}
		total += number
		replies.AddString(strconv.FormatInt(total, 10))
	case "fail":
		return errors.New(words)
	default:
		replies.Add(message.Bytes)
	}
	return nil
}

func snapshot() ([]byte, error) {
	return strconv.AppendInt(nil, total, 10), nil
}

func restore(state []byte) error {
	number, err := strconv.ParseInt(string(state), 10, 64)
	if err != nil {
		return fmt.Errorf("%s is no total", state)
	}
	total = number
	return nil
}
