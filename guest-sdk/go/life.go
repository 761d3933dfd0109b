package ringhost

import (
	"sync"
	"unsafe"

	"ringhost/internal/contract"
)

// KernelID is the name under which the host launched this kernel.
var KernelID = sync.OnceValue(func() string {
	contract.LifecycleKernelId(unsafe.Pointer(&areas.kernelID))
	id := bytesOf(areas.kernelID)
	release()
	return string(id)
})

// ShouldTerminate tells whether the host asked the kernel to end. Look at it once a turn of a long
// loop.
func ShouldTerminate() bool {
	return contract.LifecycleShouldTerminate() != 0
}

// IsActive is false while the host has the kernel paused.
func IsActive() bool {
	return contract.LifecycleIsActive() != 0
}

// WaitActive waits until the kernel is active, or returns [ErrTerminating].
func WaitActive() error {
	if contract.LifecycleWaitActive() == contract.ActivityTerminating {
		return ErrTerminating
	}
	return nil
}
