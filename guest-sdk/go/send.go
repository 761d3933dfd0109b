package ringhost

import (
	"time"
	"unsafe"

	"ringhost/internal/contract"
)

// What is being sent, in memory that does not move with a stack.
var sending []Outgoing

// Send puts bytes on the output queue, as an answer to the message received last, waiting for room.
func Send(bytes []byte) error {
	return SendWithin(Outgoing{Bytes: bytes}, Forever)
}

// SendWithin puts a message on the output queue, waiting for room for so long. It returns
// [ErrTimeout], [ErrFull], [ErrClosed], [ErrTerminating], or a [TooLargeError].
func SendWithin(message Outgoing, timeout time.Duration) error {
	bytes := unsafe.Pointer(unsafe.SliceData(message.Bytes))
	limited, limit := limitOf(timeout)
	hostSend(
		bytes, uint32(len(message.Bytes)),
		flag(message.Correlation != 0), message.Correlation,
		flag(message.Priority != AsReceived), priorityNumber(message.Priority),
		limited, limit, unsafe.Pointer(&areas.send),
	)
	if areas.send.Tag == 0 {
		return nil
	}
	return sendError(contract.Payload[contract.SendError](&areas.send.Payload))
}

// SendBatch puts messages on the output queue in their order, waiting for room for so long for each.
// It returns how many were taken, from the front; and an error where not even the first was.
func SendBatch(messages []Outgoing, timeout time.Duration) (int, error) {
	sending = messages
	records := make([]contract.Outgoing, len(messages))
	for at, message := range messages {
		records[at] = outgoingOf(message)
	}
	limited, limit := limitOf(timeout)
	list := unsafe.Pointer(unsafe.SliceData(records))
	hostSendBatch(list, uint32(len(records)), limited, limit, unsafe.Pointer(&areas.sent))
	sending = nil
	if areas.sent.Tag != 0 {
		return 0, sendError(contract.Payload[contract.SendError](&areas.sent.Payload))
	}
	return int(*contract.Payload[uint32](&areas.sent.Payload)), nil
}

// The contract's form of a message, whose bytes stay where they are.
func outgoingOf(message Outgoing) contract.Outgoing {
	return contract.Outgoing{
		Payload:     listOf(message.Bytes),
		Correlation: contract.Option[uint64]{Some: uint8(flag(message.Correlation != 0)), Value: message.Correlation},
		Priority: contract.Option[uint8]{
			Some:  uint8(flag(message.Priority != AsReceived)),
			Value: uint8(priorityNumber(message.Priority)),
		},
	}
}

func sendError(err *contract.SendError) error {
	switch err.Tag {
	case contract.SendErrorTimeout:
		return ErrTimeout
	case contract.SendErrorFull:
		return ErrFull
	case contract.SendErrorClosed:
		return ErrClosed
	case contract.SendErrorTerminating:
		return ErrTerminating
	default:
		return TooLargeError{Limit: *contract.Payload[uint64](&err.Payload)}
	}
}

// The contract's form of a timeout: whether there is one, and its nanoseconds.
func limitOf(timeout time.Duration) (uint32, uint64) {
	if timeout == Forever {
		return 0, 0
	}
	return 1, uint64(max(timeout, 0))
}

func flag(is bool) uint32 {
	if is {
		return 1
	}
	return 0
}
