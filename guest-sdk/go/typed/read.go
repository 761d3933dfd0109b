package typed

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"unicode/utf8"
)

// How many elements that take no bytes a message may have: their number alone says nothing.
const spare = 65536

// Bytes that may come from anybody: nothing is taken by a length that they claim.
type reader struct {
	bytes []byte
	at    int
	spare int
}

// Decode reads bytes, all of which are to be the value, into what a pointer points to.
func Decode(bytes []byte, pointer any) error {
	from := &reader{bytes: bytes, spare: spare}
	if fault := from.value(reflect.ValueOf(pointer).Elem()); fault != nil {
		return fault
	}
	if from.at < len(bytes) {
		return &Malformed{problem: "goes on after its end", at: from.at}
	}
	return nil
}

func (from *reader) value(to reflect.Value) *Malformed {
	of := to.Type()
	start := from.at
	switch of.Kind() {
	case reflect.Bool:
		flag, fault := from.flag("bool")
		to.SetBool(flag)
		return fault
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if of == reflect.TypeFor[Char]() {
			return from.char(to)
		}
		number, fault := from.integer(of)
		if of.Bits() == 8 {
			to.SetInt(int64(int8(number)))
		} else {
			to.SetInt(int64(number>>1) ^ -int64(number&1))
		}
		return fault
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		number, fault := from.integer(of)
		to.SetUint(number)
		return fault
	case reflect.Float32:
		bytes, fault := from.take(4, start)
		if fault == nil {
			to.SetFloat(float64(math.Float32frombits(binary.LittleEndian.Uint32(bytes))))
		}
		return fault
	case reflect.Float64:
		bytes, fault := from.take(8, start)
		if fault == nil {
			to.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(bytes)))
		}
		return fault
	case reflect.String:
		text, fault := from.text("string")
		to.SetString(text)
		return fault
	case reflect.Slice:
		return from.slice(to)
	case reflect.Pointer:
		isThere, fault := from.flag("option")
		if fault != nil || !isThere {
			return fault
		}
		to.Set(reflect.New(of.Elem()))
		return from.value(to.Elem())
	case reflect.Struct:
		for at := range of.NumField() {
			if fault := from.value(to.Field(at)); fault != nil {
				return fault.within(step(of.Field(at), at))
			}
		}
		return nil
	default:
		return from.variant(to)
	}
}

func (from *reader) take(count uint64, start int) ([]byte, *Malformed) {
	if count > uint64(len(from.bytes)-from.at) {
		return nil, &Malformed{problem: ends, at: start}
	}
	from.at += int(count)
	return from.bytes[from.at-int(count) : from.at], nil
}

func (from *reader) flag(what string) (bool, *Malformed) {
	start := from.at
	bytes, fault := from.take(1, start)
	if fault != nil {
		return false, fault
	}
	if bytes[0] > 1 {
		return false, &Malformed{problem: "has no " + what, at: start}
	}
	return bytes[0] == 1, nil
}

// A number of at most so many bits.
func (from *reader) varint(bits int, what string) (uint64, *Malformed) {
	start := from.at
	var number uint64
	for shift := 0; shift < bits; shift += 7 {
		bytes, fault := from.take(1, start)
		if fault != nil {
			return 0, fault
		}
		digit := uint64(bytes[0] & 0x7f)
		if shift+7 > bits && digit>>(bits-shift) != 0 {
			break
		}
		number |= digit << shift
		if bytes[0] < 0x80 {
			return number, nil
		}
	}
	return 0, &Malformed{problem: "has no " + what, at: start}
}

func (from *reader) integer(of reflect.Type) (uint64, *Malformed) {
	if of.Bits() > 8 {
		return from.varint(of.Bits(), nameOf(of))
	}
	bytes, fault := from.take(1, from.at)
	if fault != nil {
		return 0, fault
	}
	return uint64(bytes[0]), nil
}

func (from *reader) text(what string) (string, *Malformed) {
	start := from.at
	length, fault := from.varint(64, what)
	if fault != nil {
		return "", fault
	}
	bytes, fault := from.take(length, start)
	if fault == nil && !utf8.Valid(bytes) {
		fault = &Malformed{problem: "has no " + what, at: start}
	}
	return string(bytes), fault
}

func (from *reader) char(to reflect.Value) *Malformed {
	start := from.at
	text, fault := from.text("char")
	if fault != nil {
		return fault
	}
	letter, length := utf8.DecodeRuneInString(text)
	if length == 0 || length < len(text) {
		return &Malformed{problem: "has no char", at: start}
	}
	to.SetInt(int64(letter))
	return nil
}

// Bytes, or a list.
func (from *reader) slice(to reflect.Value) *Malformed {
	of := to.Type().Elem()
	start := from.at
	count, fault := from.varint(64, nameOf(to.Type()))
	if fault != nil {
		return fault
	}
	if of.Kind() == reflect.Uint8 {
		bytes, fault := from.take(count, start)
		to.SetBytes(append([]byte(nil), bytes...))
		return fault
	}
	switch {
	case takesBytes(of):
		if count > uint64(len(from.bytes)-from.at) {
			return &Malformed{problem: ends, at: start}
		}
	case count > uint64(from.spare):
		return &Malformed{problem: "has too many elements", at: start}
	default:
		from.spare -= int(count)
	}
	to.Set(reflect.MakeSlice(to.Type(), 0, 0))
	for at := range int(count) {
		to.Set(reflect.Append(to, reflect.Zero(of)))
		if fault := from.value(to.Index(at)); fault != nil {
			return fault.within(element(at))
		}
	}
	return nil
}

func (from *reader) variant(to reflect.Value) *Malformed {
	start := from.at
	number, fault := from.varint(32, nameOf(to.Type()))
	if fault != nil {
		return fault
	}
	cases := variants[to.Type()]
	if number >= uint64(len(cases)) {
		return &Malformed{problem: fmt.Sprintf("has no case %d", number), at: start}
	}
	one := reflect.New(cases[number]).Elem()
	if fault := from.value(one); fault != nil {
		return fault.within(caseStep(to.Type(), one.Type()))
	}
	to.Set(one)
	return nil
}

// The name of a case behind that of its variant.
func caseStep(variant, one reflect.Type) string {
	return "." + one.Name()[len(variant.Name()):]
}
