//go:build ringhost_handler

package ringhost

import (
	"sync"
	"unsafe"

	"ringhost/internal/contract"
)

var hostSend, hostSendBatch = contract.SendingSend, contract.SendingSendBatch

// Names the handler, once.
var name = sync.OnceFunc(authorsMain)

// What the host was returned last, which is to stay until it is called again.
var returned struct {
	replies Replies
	records []contract.Outgoing
	result  contract.HandleResult
}

//go:wasmexport handle
func handle(list, count uint32) unsafe.Pointer {
	messages := messagesOf(contract.List{Pointer: list, Length: count})
	replies := &returned.replies
	replies.clear()
	err := guard(func() error {
		name()
		for at := range messages {
			packed, count := len(replies.packed), replies.count
			replies.request = &messages[at]
			if err := guard(func() error { return kernel.handle(messages[at], replies) }); err != nil {
				replies.packed, replies.count = replies.packed[:packed], count
				return err
			}
		}
		letOthersRun()
		return nil
	})
	if err != nil {
		deliver(replies)
		return endingOf(err)
	}
	returned.records = returned.records[:0]
	for _, reply := range replies.unpacked() {
		returned.records = append(returned.records, outgoingOf(reply))
	}
	*contract.Payload[contract.List](&returned.result.Payload) = contract.List{
		Pointer: address(unsafe.Pointer(unsafe.SliceData(returned.records))),
		Length:  uint32(len(returned.records)),
	}
	return unsafe.Pointer(&returned.result)
}

// Sends the replies to the messages before the one that failed.
func deliver(replies *Replies) {
	for _, reply := range replies.unpacked() {
		if err := SendWithin(reply, Forever); err != nil {
			Logf(Error, "replies to earlier messages are lost: %v", err)
			return
		}
	}
}
