//go:build ringhost_state

package ringhost

import (
	"unsafe"

	"ringhost/internal/contract"
)

// The state that the host was returned last, which is to stay until it is called again.
var taken struct {
	state  []byte
	result contract.StateSnapshotResult
}

//go:wasmexport ring:kernel/state@0.1.0#snapshot
func snapshot() unsafe.Pointer {
	err := guard(func() (err error) {
		name()
		taken.state, err = kernel.snapshot()
		return err
	})
	if err != nil {
		return endingOf(err)
	}
	*contract.Payload[contract.List](&taken.result.Payload) = listOf(taken.state)
	return unsafe.Pointer(&taken.result)
}

//go:wasmexport ring:kernel/state@0.1.0#restore
func restore(list, length uint32) unsafe.Pointer {
	state := bytesOf(contract.List{Pointer: list, Length: length})
	release()
	return endingOf(guard(func() error {
		name()
		return kernel.restore(state)
	}))
}
