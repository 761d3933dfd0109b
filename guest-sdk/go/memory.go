package ringhost

import (
	"runtime"
	"unsafe"

	"ringhost/internal/contract"
)

// What the host has put into memory in the call that is under way, so that the collector, which does
// not see the host's pointers, leaves it alone. Released when Go's own pointers to it exist.
var held []unsafe.Pointer

// Where the host puts what its functions return. Not on the stack, which can move in the meantime.
// To be read before another goroutine can run.
var areas struct {
	kernelID contract.List
	advance  contract.MessagingAdvanceResult
	exchange contract.MessagingExchangeResult
	receive  contract.MessagingReceiveResult
	batch    contract.MessagingReceiveBatchResult
	send     contract.MessagingSendResult
	sent     contract.MessagingSendBatchResult
}

// Where empty lists are.
var nothing uint64

// The host's way to memory of Go. It is called in the midst of a call to the host, when nothing else
// may run: the collector would switch to another goroutine, which would call the host. A pinned
// processor neither collects nor switches.
//
//go:wasmexport cabi_realloc
//go:nosplit
func reallocate(old unsafe.Pointer, oldSize, alignment, size uint32) unsafe.Pointer {
	pin()
	memory := allocate(old, oldSize, alignment, size)
	unpin()
	return memory
}

func allocate(old unsafe.Pointer, oldSize, alignment, size uint32) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(&nothing)
	}
	var memory unsafe.Pointer
	if alignment == 1 {
		memory = unsafe.Pointer(unsafe.SliceData(make([]byte, size)))
	} else {
		memory = unsafe.Pointer(unsafe.SliceData(make([]uint64, (size+7)/8)))
	}
	copy(unsafe.Slice((*byte)(memory), size), unsafe.Slice((*byte)(old), oldSize))
	held = append(held, memory)
	return memory
}

//go:linkname pin runtime.procPin
func pin() int

//go:linkname unpin runtime.procUnpin
func unpin()

// Only for those who have Go's pointers to everything by now, and have not let another goroutine run.
func release() {
	clear(held)
	held = held[:0]
}

// The bytes that the host has put into memory, not copied.
func bytesOf(list contract.List) []byte {
	if list.Length == 0 {
		return nil
	}
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(uintptr(list.Pointer))), list.Length)
	return bytes[:len(bytes):len(bytes)]
}

// Bytes for the host, as long as whoever has them keeps them where they are.
func listOf(bytes []byte) contract.List {
	return contract.List{Pointer: address(unsafe.Pointer(unsafe.SliceData(bytes))), Length: uint32(len(bytes))}
}

func address(pointer unsafe.Pointer) uint32 {
	return uint32(uintptr(pointer))
}

// Messages that the host has put into memory.
func messagesOf(list contract.List) []Message {
	taken := held
	held = nil
	records := unsafe.Slice((*contract.Message)(unsafe.Pointer(uintptr(list.Pointer))), list.Length)
	messages := make([]Message, len(records))
	for at := range records {
		messages[at] = messageOf(&records[at])
	}
	runtime.KeepAlive(taken)
	return messages
}

func messageOf(record *contract.Message) Message {
	return Message{
		ID:          record.Id,
		Correlation: record.Correlation,
		Priority:    priorityOf(uint32(record.Priority)),
		Bytes:       bytesOf(record.Payload),
	}
}
