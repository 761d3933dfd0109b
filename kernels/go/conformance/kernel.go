// Does what a message says, for the tests of the contract that every language has to pass.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ringhost"
)

// A message that `keep` keeps and `release` answers.
var kept ringhost.Message

var levels = map[string]ringhost.Level{
	"trace": ringhost.Trace,
	"debug": ringhost.Debug,
	"info":  ringhost.Info,
	"warn":  ringhost.Warn,
	"error": ringhost.Error,
}

func main() {
	ringhost.Run(func() error {
		for message := range ringhost.Messages() {
			command, words, _ := strings.Cut(string(message.Bytes), " ")
			isOver, err := obey(message, command, words)
			if isOver || err != nil {
				return err
			}
		}
		return nil
	})
}

// Returns true where the kernel is to end.
func obey(message ringhost.Message, command, words string) (bool, error) {
	switch command {
	case "fail":
		return false, errors.New(words)
	case "trap":
		// A panic, which the SDK makes an error that has its stack.
		var nowhere *int
		*nowhere = 1
	case "spin":
		for {
		}
	case "poll":
		for !ringhost.ShouldTerminate() {
			if !ringhost.IsActive() && ringhost.WaitActive() != nil {
				break
			}
		}
		return true, nil
	case "life":
		return false, answer(message, fmt.Sprintf("active=%t terminate=%t", ringhost.IsActive(), ringhost.ShouldTerminate()))
	case "who":
		return false, answer(message, ringhost.KernelID())
	case "envelope":
		return false, answer(message, fmt.Sprint(message.ID, message.Correlation, message.Priority))
	case "flood":
		return false, flood(message, words)
	case "fill":
		return false, fill(message)
	case "big":
		return false, big(message, words)
	case "timeout":
		return false, timeout(message, words)
	case "batch":
		return false, batch(message, words)
	case "keep":
		kept = message
	case "release":
		return false, errors.Join(answer(kept, "released"), answer(message, "release"))
	case "log":
		level, text, _ := strings.Cut(words, " ")
		ringhost.Log(levels[level], text)
		return false, answer(message, "logged")
	case "print":
		fmt.Println(words)
		return false, answer(message, "printed")
	default:
		return false, ringhost.SendWithin(message.Answer(message.Bytes), ringhost.Forever)
	}
	return false, nil
}

func answer(message ringhost.Message, text string) error {
	return ringhost.SendWithin(message.Answer([]byte(text)), ringhost.Forever)
}

func flood(message ringhost.Message, words string) error {
	count, err := strconv.Atoi(words)
	for number := 0; number < count && err == nil; number++ {
		err = answer(message, strconv.Itoa(number))
	}
	return err
}

func fill(message ringhost.Message) error {
	var status error
	taken := 0
	for ; status == nil; taken++ {
		status = ringhost.SendWithin(message.Answer([]byte("full")), 0)
	}
	name := map[error]string{ringhost.ErrTimeout: "timeout", ringhost.ErrFull: "full"}[status]
	if name == "" {
		return status
	}
	return answer(message, fmt.Sprint("filled ", taken-1, " ", name))
}

func big(message ringhost.Message, words string) error {
	length, err := strconv.Atoi(words)
	if err != nil {
		return err
	}
	err = ringhost.SendWithin(message.Answer(bytes.Repeat([]byte("x"), length)), ringhost.Forever)
	if errors.As(err, new(ringhost.TooLargeError)) {
		return answer(message, "too-large")
	}
	return err
}

func timeout(message ringhost.Message, words string) error {
	milliseconds, err := strconv.Atoi(words)
	if err != nil {
		return err
	}
	next, err := ringhost.Receive(time.Duration(milliseconds) * time.Millisecond)
	switch {
	case errors.Is(err, ringhost.ErrTimeout):
		return answer(message, "timeout")
	case err != nil:
		return nil
	}
	return answer(message, string(next.Bytes))
}

func batch(message ringhost.Message, words string) error {
	count, err := strconv.Atoi(words)
	if err != nil {
		return err
	}
	messages, err := ringhost.ReceiveBatch(count, ringhost.Forever)
	if err != nil {
		return nil
	}
	var answers []ringhost.Outgoing
	for _, message := range messages {
		answers = append(answers, message.Answer(message.Bytes))
	}
	if _, err := ringhost.SendBatch(answers, ringhost.Forever); err != nil {
		return err
	}
	return answer(message, fmt.Sprint("batch ", len(messages)))
}
