// Reads a value of every type and writes it again: for the tests. What is no such value is answered
// with the words that say so.
package main

import (
	"messages"
	"ringhost"
)

func main() {
	ringhost.Serve(mirror)
}

func mirror(message ringhost.Message, replies *ringhost.Replies) error {
	var everything messages.Everything
	if err := message.Read(&everything); err != nil {
		replies.AddString(err.Error())
		return nil
	}
	// A pointer would do as well as the value: what it points to is sent.
	return replies.AddValue(&everything)
}
