package ringhost

import (
	"runtime"
	"time"
)

// How long a kernel that is about to wait for the host lets its other goroutines run, on a clock that
// goes on by a microsecond whenever it is looked at, and to the next timer where all wait. So it
// bounds those that never wait, and costs no time where all do.
const othersTurn = 100 * time.Millisecond

// Lets the other goroutines run until each waits for something, before the host stops all of them.
func letOthersRun() {
	if runtime.NumGoroutine() > 1 {
		time.Sleep(othersTurn)
	}
}
