package ringhost

import (
	"errors"
	"fmt"
)

var (
	// ErrTimeout says that no message came in time, or that there was no room for one.
	ErrTimeout = errors.New("nothing happened in time")
	// ErrClosed says that no message will ever come, or that none is taken any more.
	ErrClosed = errors.New("the queue is closed")
	// ErrTerminating says that the host asked the kernel to end.
	ErrTerminating = errors.New("the host asked the kernel to end")
	// ErrFull says that the output queue is full, and that the host set it to refuse at once.
	ErrFull = errors.New("the output queue is full")
)

// A TooLargeError says that a message is larger than the host's limit.
type TooLargeError struct {
	// The limit, in bytes.
	Limit uint64
}

func (err TooLargeError) Error() string {
	return fmt.Sprintf("the message is larger than the host's limit of %d bytes", err.Limit)
}
