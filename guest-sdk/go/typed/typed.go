// Package typed is what the build makes of messages.json stands on: it reads and writes values by
// their Go types. The encoding is postcard's.
package typed

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Char is one Unicode scalar value.
type Char rune

// Unit has one value, which takes no bytes.
type Unit struct{}

// Entry is one of a map, which is a slice of them: so it keeps its order.
type Entry[Key, Value any] struct {
	Key   Key   `typed:"key"`
	Value Value `typed:"value"`
}

// The cases of the variants, which are interfaces, in their order.
var variants = map[reflect.Type][]reflect.Type{}

// Which variant each case is one of.
var variantOf = map[reflect.Type]reflect.Type{}

// Variant names the cases of a variant. What the build makes calls it.
func Variant[Of any](cases ...Of) {
	var types []reflect.Type
	for _, one := range cases {
		types = append(types, reflect.TypeOf(one))
		variantOf[reflect.TypeOf(one)] = reflect.TypeFor[Of]()
	}
	variants[reflect.TypeFor[Of]()] = types
}

// A Malformed says what is wrong with bytes that are no value of a type, or with a value that is none.
type Malformed struct {
	problem string
	// Where it is, from the outermost part.
	path []string
	at   int
}

// Where there is no byte to be named.
const nowhere = -1

func (fault *Malformed) Error() string {
	var path strings.Builder
	for at := len(fault.path) - 1; at >= 0; at-- {
		path.WriteString(fault.path[at])
	}
	words := fault.problem
	switch place := strings.TrimPrefix(path.String(), "."); {
	case place != "" && words == ends:
		words += " inside field " + quoted(place)
	case place != "":
		words += " in field " + quoted(place)
	case words == ends:
		words = "ends too early"
	}
	if fault.at != nowhere {
		words += " (at byte " + strconv.Itoa(fault.at) + ")"
	}
	return words
}

const ends = "ends"

func quoted(place string) string { return `"` + place + `"` }

// Says that a fault is in this part of a value.
func (fault *Malformed) within(step string) *Malformed {
	fault.path = append(fault.path, step)
	return fault
}

func element(at int) string { return fmt.Sprintf("[%d]", at) }

// The step to a field: by its name in messages.json, by its place in a tuple, or none.
func step(field reflect.StructField, at int) string {
	name, isNamed := field.Tag.Lookup("typed")
	switch {
	case !isNamed:
		return element(at)
	case name == "":
		return ""
	default:
		return "." + name
	}
}

// Whether all values of a type take bytes.
func takesBytes(of reflect.Type) bool {
	if of.Kind() != reflect.Struct {
		return true
	}
	for at := range of.NumField() {
		if takesBytes(of.Field(at).Type) {
			return true
		}
	}
	return false
}

// What a type is called where it is not what was expected.
func nameOf(of reflect.Type) string {
	switch of.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if of == reflect.TypeFor[Char]() {
			return "char"
		}
		return "i" + strconv.Itoa(of.Bits())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "u" + strconv.Itoa(of.Bits())
	case reflect.Slice:
		if of.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		return "list"
	case reflect.Pointer:
		return "option"
	default:
		return of.Name()
	}
}
