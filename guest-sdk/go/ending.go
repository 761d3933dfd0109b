package ringhost

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"unsafe"

	"ringhost/internal/contract"
)

// The author's function, which names the kernel.
//
//go:linkname authorsMain main.main
func authorsMain()

// How a call of the host ended, which is to stay until it calls again.
var ending struct {
	text   []byte
	result contract.RunResult
}

// Calls a function; its panic is an error with the goroutine's stack.
func guard(function func() error) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v\n\n%s", panicked, stack())
		}
	}()
	return function()
}

// The stack of the function that panicked, without what the panic itself has put on it.
func stack() string {
	lines := string(debug.Stack())
	head, _, _ := strings.Cut(lines, "\n")
	if at := strings.LastIndex(lines, "\npanic("); at >= 0 {
		lines = lines[at+1:]
		// The call of panic, and where that is.
		_, lines, _ = strings.Cut(lines, "\n")
		_, lines, _ = strings.Cut(lines, "\n")
	}
	return head + "\n" + lines
}

// The contract's form of an error, or of none; for functions that return nothing else, and for errors
// of any.
func endingOf(err error) unsafe.Pointer {
	// What was printed without the end of a line is logged.
	os.Stdout.Sync()
	os.Stderr.Sync()
	ending.result.Tag = 0
	if err != nil {
		ending.text = []byte(strings.ToValidUTF8(err.Error(), "\uFFFD"))
		ending.result.Tag = 1
		*contract.Payload[contract.List](&ending.result.Payload) = listOf(ending.text)
	}
	return unsafe.Pointer(&ending.result)
}
