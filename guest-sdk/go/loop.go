//go:build !ringhost_handler

package ringhost

import (
	"errors"
	"unsafe"

	"ringhost/internal/contract"
)

var hostSend, hostSendBatch = contract.MessagingSend, contract.MessagingSendBatch

//go:wasmexport run
func run() unsafe.Pointer {
	err := guard(func() error {
		authorsMain()
		if kernel.run != nil {
			return kernel.run()
		}
		return serve(kernel.handle)
	})
	return endingOf(err)
}

// Calls a function with each message until there are no more.
func serve(handle Handler) error {
	var replies Replies
	for {
		message, err := exchange(replies.packed, Forever)
		var unsent unsentError
		if errors.As(err, &unsent) {
			replies.skip(unsent.taken)
			if err := refused(&replies, unsent.why); err != nil {
				return err
			}
			continue
		}
		replies.clear()
		if err != nil {
			return nil
		}
		replies.request = &message
		if err := handle(message, &replies); err != nil {
			return err
		}
	}
}

// The first reply was not taken. Returns the error if the kernel cannot go on.
func refused(replies *Replies, why error) error {
	switch why {
	case ErrFull:
		Log(Warn, "dropped a reply: the output queue is full")
		replies.skip(1)
		return nil
	case ErrTerminating:
		Log(Warn, "asked to end with replies unsent")
		replies.clear()
		return nil
	default:
		return why
	}
}
