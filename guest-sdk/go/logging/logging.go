// Package logging has what a kernel logs with package log/slog logged by the host:
//
//	import _ "ringhost/logging"
package logging

import (
	"context"
	"log/slog"
	"strconv"
	"strings"

	"ringhost"
)

func init() {
	slog.SetDefault(slog.New(logger{}))
}

// The host's log has a time and a level of its own.
type logger struct {
	// The groups that are open, each with a dot behind it.
	prefix string
	// What every line ends with.
	fields string
}

func (logger) Enabled(context.Context, slog.Level) bool {
	return true
}

func (logger logger) Handle(_ context.Context, record slog.Record) error {
	line := []byte(record.Message + logger.fields)
	record.Attrs(func(field slog.Attr) bool {
		line = appendField(line, logger.prefix, field)
		return true
	})
	ringhost.Log(levelOf(record.Level), string(line))
	return nil
}

func (logger logger) WithAttrs(fields []slog.Attr) slog.Handler {
	for _, field := range fields {
		logger.fields = string(appendField([]byte(logger.fields), logger.prefix, field))
	}
	return logger
}

func (logger logger) WithGroup(name string) slog.Handler {
	if name != "" {
		logger.prefix += name + "."
	}
	return logger
}

func appendField(line []byte, prefix string, field slog.Attr) []byte {
	value := field.Value.Resolve()
	if value.Kind() == slog.KindGroup {
		if field.Key != "" {
			prefix += field.Key + "."
		}
		for _, inner := range value.Group() {
			line = appendField(line, prefix, inner)
		}
		return line
	}
	if field.Equal(slog.Attr{}) {
		return line
	}
	text := value.String()
	if text == "" || strings.ContainsAny(text, " \t\n\"=") {
		text = strconv.Quote(text)
	}
	return append(line, " "+prefix+field.Key+"="+text...)
}

// What is below slog's own levels is a step, for whoever follows the program.
func levelOf(level slog.Level) ringhost.Level {
	switch {
	case level < slog.LevelDebug:
		return ringhost.Trace
	case level < slog.LevelInfo:
		return ringhost.Debug
	case level < slog.LevelWarn:
		return ringhost.Info
	case level < slog.LevelError:
		return ringhost.Warn
	default:
		return ringhost.Error
	}
}
