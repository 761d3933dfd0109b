// Goes wrong in the ways that are Go's own, for the tests: as a message says.
package main

import (
	"fmt"
	"os"

	"ringhost"
)

func main() {
	ringhost.Serve(func(message ringhost.Message, replies *ringhost.Replies) error {
		switch string(message.Bytes) {
		case "goroutine":
			// Not the SDK's to recover.
			go func() { panic("nobody recovers this") }()
			select {}
		case "asleep":
			select {}
		case "exit":
			fmt.Print("not the end of a line")
			os.Exit(1)
		case "print":
			fmt.Println("no UTF-8: \xff\xed\xa0\x80\xc3")
			fmt.Fprint(os.Stderr, "in ", "parts\n")
		}
		replies.Add(message.Bytes)
		return nil
	})
}
