package ringhost

import (
	"math"
	"time"
)

// Forever is the timeout of what waits as long as it takes.
const Forever time.Duration = math.MaxInt64

// Priority is one of four bands. Within a band the order of sending is kept; a higher band is
// received first.
type Priority uint8

const (
	// AsReceived is the priority of the message that the kernel received last. No message comes with it.
	AsReceived Priority = iota
	// Low is for background work.
	Low
	// Normal is what a message has when its sender names nothing.
	Normal
	// High overtakes normal traffic.
	High
	// Urgent overtakes everything.
	Urgent
)

// String is the priority's name, in small letters.
func (priority Priority) String() string {
	names := [...]string{"as received", "low", "normal", "high", "urgent"}
	if int(priority) < len(names) {
		return names[priority]
	}
	return "unknown"
}

// A Message is one that the kernel received.
type Message struct {
	// Unique among all messages of the host.
	ID uint64
	// The exchange it belongs to. An answer carries on the correlation of what it answers.
	Correlation uint64
	// The band it travelled in.
	Priority Priority
	// The bytes as they were sent. They are the kernel's own, to keep and to change.
	Bytes []byte
}

// Answer is a message that answers this one.
func (message Message) Answer(bytes []byte) Outgoing {
	return Outgoing{Bytes: bytes, Correlation: message.Correlation, Priority: message.Priority}
}

// Outgoing is a message that the kernel sends.
type Outgoing struct {
	// At most as many as the host's limit, 1 MiB unless it was changed.
	Bytes []byte
	// The exchange it belongs to; 0 for that of the message received last.
	Correlation uint64
	// The band it travels in; left out, that of the message received last.
	Priority Priority
}
