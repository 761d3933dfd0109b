package ringhost

import "encoding/binary"

// The head of a packed message that is sent: length, priority, correlation.
const outgoingHead = 16

// What stands for the priority of the message received last.
const asReceived = 255

// So many bytes of room are kept from one message to the next.
const keptBytes = 64 << 10

// Replies is what a [Handler] answers.
type Replies struct {
	// What they answer.
	request *Message
	// In the contract's format of messages that are sent.
	packed []byte
	count  int
}

// Add adds a reply, which is copied.
func (replies *Replies) Add(bytes []byte) {
	replies.head(len(bytes))
	replies.packed = append(replies.packed, bytes...)
}

// AddString adds a reply that is text.
func (replies *Replies) AddString(text string) {
	replies.head(len(text))
	replies.packed = append(replies.packed, text...)
}

func (replies *Replies) head(length int) {
	packed := binary.LittleEndian.AppendUint32(replies.packed, uint32(length))
	packed = binary.LittleEndian.AppendUint32(packed, priorityNumber(replies.request.Priority))
	replies.packed = binary.LittleEndian.AppendUint64(packed, replies.request.Correlation)
	replies.count++
}

func (replies *Replies) clear() {
	if cap(replies.packed) > keptBytes {
		replies.packed = nil
	}
	replies.packed = replies.packed[:0]
	replies.count = 0
}

// Takes so many replies from the front.
func (replies *Replies) skip(count int) {
	rest := replies.packed
	for ; count > 0 && len(rest) > 0; count-- {
		rest = rest[outgoingHead+binary.LittleEndian.Uint32(rest):]
		replies.count--
	}
	replies.packed = rest
}

// The replies as messages, whose bytes are where they are packed.
func (replies *Replies) unpacked() []Outgoing {
	messages := make([]Outgoing, 0, replies.count)
	for rest := replies.packed; len(rest) > 0; {
		end := outgoingHead + binary.LittleEndian.Uint32(rest)
		messages = append(messages, Outgoing{
			Bytes:       rest[outgoingHead:end],
			Correlation: binary.LittleEndian.Uint64(rest[8:]),
			Priority:    priorityOf(binary.LittleEndian.Uint32(rest[4:])),
		})
		rest = rest[end:]
	}
	return messages
}

// The contract's number of a priority.
func priorityNumber(priority Priority) uint32 {
	if priority == AsReceived {
		return asReceived
	}
	return uint32(priority - Low)
}

func priorityOf(number uint32) Priority {
	if number == asReceived {
		return AsReceived
	}
	return Low + Priority(number)
}
