// Doubles numbers: the first kernel to read.
package main

import (
	"messages"
	"ringhost"
)

func main() {
	ringhost.Serve(double)
}

func double(message ringhost.Message, replies *ringhost.Replies) error {
	var request messages.Request
	if err := message.Read(&request); err != nil {
		return err
	}
	// Wrapping around where that is out of range.
	return replies.AddValue(messages.Response{Result: request.Value * 2})
}
