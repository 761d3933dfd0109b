// The kernel {{name}}: says how long texts are.
package main

import (
	"messages"
	"ringhost"
	"unicode/utf8"
)

// What is kept outside of the function lives as long as the kernel.
var texts uint64

func main() {
	// A loop that calls the function with each message; ringhost.Handle makes a handler.
	ringhost.Serve(measure)
}

func measure(message ringhost.Message, replies *ringhost.Replies) error {
	var request messages.Request
	if err := message.Read(&request); err != nil {
		return err
	}
	texts++
	characters := uint32(utf8.RuneCountInString(request.Text))
	return replies.AddValue(messages.Response{Characters: characters, Texts: texts})
}
