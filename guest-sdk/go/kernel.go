// Package ringhost is what a kernel in Go sees of its host.
//
// A kernel takes messages from its input queue, works, and puts messages on its output queue. Its
// main function names what it is, once, by one of [Serve], [Run], [Handle] and [HandleState]:
//
//	func main() { ringhost.Serve(shout) }
//
// The host runs main when it starts the kernel, and then what main has named.
package ringhost

// A Handler answers one message with any number of replies. They are sent when it has returned. An
// error ends the kernel, and its text is what the operator is told; what it had answered before in
// that call is not sent.
type Handler func(message Message, replies *Replies) error

// What main has named.
var kernel struct {
	handle   Handler
	run      func() error
	snapshot func() ([]byte, error)
	restore  func(state []byte) error
}

// Serve makes the kernel a loop that calls a function with each message, until the input is closed
// or the host asks the kernel to end.
//
//go:noinline
func Serve(handle Handler) {
	kernel.handle = handle
}

// Run makes the kernel a loop of its own, which calls [Receive] or ranges over [Messages]. It
// returns when there is nothing left to do, or with an error, which ends the kernel and whose text is
// what the operator is told.
//
//go:noinline
func Run(run func() error) {
	kernel.run = run
}

// Handle makes the kernel a handler, which has no loop: the host calls the function with messages,
// and between two calls the kernel has no stack. It is best for one of very many that are mostly
// idle. A handler does not receive.
//
//go:noinline
func Handle(handle Handler) {
	kernel.handle = handle
}

// HandleState makes the kernel a handler whose state can be taken out and put in. The host calls
// snapshot and restore between two messages; neither may send. An error of snapshot says why there is
// no state, one of restore why the kernel cannot take this one on, which keeps it from being
// launched.
//
//go:noinline
func HandleState(handle Handler, snapshot func() ([]byte, error), restore func(state []byte) error) {
	kernel.handle, kernel.snapshot, kernel.restore = handle, snapshot, restore
}
