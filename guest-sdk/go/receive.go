//go:build !ringhost_handler

package ringhost

import (
	"encoding/binary"
	"iter"
	"math"
	"sync"
	"time"
	"unsafe"

	"ringhost/internal/contract"
)

// The head of a packed message that is received: length, priority, id, correlation.
const incomingHead = 24

// The most messages that are read ahead in one call: enough to share the cost of the call.
const readAhead = 63

// The longest message that the host packs.
const packedBytes = 4096

var (
	receiving sync.Mutex
	// Packed messages that have been read ahead. They are still in the queue: each is received with
	// a call of advance, which says if it is not the next one any more.
	ahead []byte
	// Whether the message received last was too long to be packed: the next one may be, too.
	long bool
)

// Receive takes the next message, waiting for so long. It returns [ErrTimeout] if none came,
// [ErrClosed] if none will ever come, and [ErrTerminating] if the host asked the kernel to end.
//
// While a kernel waits for a message, none of its goroutines runs. Those that can run do so first,
// until each waits for something.
func Receive(timeout time.Duration) (Message, error) {
	return exchange(nil, timeout)
}

// Messages are the messages, until none will come or the host asks the kernel to end.
func Messages() iter.Seq[Message] {
	return func(yield func(Message) bool) {
		for {
			message, err := Receive(Forever)
			if err != nil || !yield(message) {
				return
			}
		}
	}
}

// ReceiveBatch takes up to so many messages, waiting for the first as [Receive] does.
func ReceiveBatch(count int, timeout time.Duration) ([]Message, error) {
	receiving.Lock()
	defer receiving.Unlock()
	// What was read ahead comes again, with what has come behind it.
	ahead = nil
	letOthersRun()
	limited, limit := limitOf(timeout)
	most := uint32(min(max(count, 0), math.MaxUint32))
	contract.MessagingReceiveBatch(most, limited, limit, unsafe.Pointer(&areas.batch))
	if areas.batch.Tag != 0 {
		return nil, receiveError(*contract.Payload[uint8](&areas.batch.Payload))
	}
	messages := messagesOf(*contract.Payload[contract.List](&areas.batch.Payload))
	if len(messages) > 0 {
		long = len(messages[len(messages)-1].Bytes) > packedBytes
	}
	return messages, nil
}

// An unsentError says how many messages were sent, from the front, and why the next one was not.
type unsentError struct {
	taken int
	why   error
}

func (err unsentError) Error() string {
	return err.why.Error()
}

func unsent(record *contract.Unsent) error {
	return unsentError{int(record.Taken), sendError(&record.Error)}
}

// Sends what is packed and receives the next message.
func exchange(outgoing []byte, timeout time.Duration) (Message, error) {
	receiving.Lock()
	defer receiving.Unlock()
	if len(ahead) > 0 {
		id := binary.LittleEndian.Uint64(ahead[8:])
		bytes := unsafe.Pointer(unsafe.SliceData(outgoing))
		contract.MessagingAdvance(bytes, uint32(len(outgoing)), id, unsafe.Pointer(&areas.advance))
		if areas.advance.Tag != 0 {
			return Message{}, unsent(contract.Payload[contract.Unsent](&areas.advance.Payload))
		}
		if *contract.Payload[bool](&areas.advance.Payload) {
			return next(), nil
		}
		ahead, outgoing = nil, nil
	}
	letOthersRun()
	if !long || len(outgoing) > 0 {
		if err := exchangePacked(outgoing, timeout); err != nil {
			return Message{}, err
		}
		if len(ahead) > 0 {
			return next(), nil
		}
	}
	// It is too long to be packed.
	return receiveOne(timeout)
}

func exchangePacked(outgoing []byte, timeout time.Duration) error {
	limited, limit := limitOf(timeout)
	bytes := unsafe.Pointer(unsafe.SliceData(outgoing))
	contract.MessagingExchange(bytes, uint32(len(outgoing)), 1, readAhead, limited, limit, unsafe.Pointer(&areas.exchange))
	if areas.exchange.Tag != 0 {
		err := contract.Payload[contract.ExchangeError](&areas.exchange.Payload)
		if err.Tag == contract.ExchangeErrorSend {
			return unsent(contract.Payload[contract.Unsent](&err.Payload))
		}
		return receiveError(*contract.Payload[uint8](&err.Payload))
	}
	ahead = bytesOf(*contract.Payload[contract.List](&areas.exchange.Payload))
	release()
	return nil
}

func receiveOne(timeout time.Duration) (Message, error) {
	limited, limit := limitOf(timeout)
	contract.MessagingReceive(limited, limit, unsafe.Pointer(&areas.receive))
	if areas.receive.Tag != 0 {
		return Message{}, receiveError(*contract.Payload[uint8](&areas.receive.Payload))
	}
	message := messageOf(contract.Payload[contract.Message](&areas.receive.Payload))
	release()
	long = len(message.Bytes) > packedBytes
	return message, nil
}

// Takes the next message of those that were read ahead.
func next() Message {
	end := incomingHead + binary.LittleEndian.Uint32(ahead)
	message := Message{
		ID:          binary.LittleEndian.Uint64(ahead[8:]),
		Correlation: binary.LittleEndian.Uint64(ahead[16:]),
		Priority:    priorityOf(binary.LittleEndian.Uint32(ahead[4:])),
		Bytes:       ahead[incomingHead:end:end],
	}
	ahead = ahead[end:]
	return message
}

func receiveError(number uint8) error {
	switch number {
	case contract.ReceiveErrorTimeout:
		return ErrTimeout
	case contract.ReceiveErrorClosed:
		return ErrClosed
	default:
		return ErrTerminating
	}
}
