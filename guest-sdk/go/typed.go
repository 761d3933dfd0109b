package ringhost

import (
	"fmt"
	"reflect"

	"ringhost/typed"
)

// Read reads the message as a type of messages.json, into what a pointer points to.
func (message Message) Read(pointer any) error {
	if err := typed.Decode(message.Bytes, pointer); err != nil {
		name := reflect.TypeOf(pointer).Elem().Name()
		return fmt.Errorf("message %d is no %s: %w", message.ID, name, err)
	}
	return nil
}

// AddValue adds a reply that is a value of a type of messages.json.
func (replies *Replies) AddValue(value any) error {
	bytes, err := typed.Encode(value)
	if err == nil {
		replies.Add(bytes)
	}
	return err
}
