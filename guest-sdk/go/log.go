package ringhost

import (
	"fmt"
	"strings"
	"unsafe"

	"ringhost/internal/contract"
)

// Level is how much a line of the log matters.
type Level uint32

const (
	// Trace is for steps, for whoever follows the program.
	Trace Level = contract.LevelTrace
	// Debug is for what helps to find a fault.
	Debug Level = contract.LevelDebug
	// Info is for what an operator likes to know.
	Info Level = contract.LevelInfo
	// Warn is for what an operator should look at.
	Warn Level = contract.LevelWarn
	// Error is for what went wrong.
	Error Level = contract.LevelError
)

// Log logs a line for the host's operator.
func Log(level Level, text string) {
	// The host takes no text but UTF-8.
	text = strings.ToValidUTF8(text, "\uFFFD")
	contract.LogLog(uint32(level), unsafe.Pointer(unsafe.StringData(text)), uint32(len(text)))
}

// Logf logs a line as fmt.Sprintf has it.
func Logf(level Level, format string, values ...any) {
	Log(level, fmt.Sprintf(format, values...))
}
