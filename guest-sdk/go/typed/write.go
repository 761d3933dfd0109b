package typed

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"unicode/utf8"
)

// Encode writes a value, or what a pointer to one points to; a case of a variant as that variant.
func Encode(value any) ([]byte, error) {
	whole := reflect.ValueOf(value)
	for whole.IsValid() && whole.Kind() == reflect.Pointer && !whole.IsNil() {
		whole = whole.Elem()
	}
	if !whole.IsValid() || whole.Kind() == reflect.Pointer {
		return nil, errors.New("there is no value: it is nil")
	}
	if variant, isCase := variantOf[whole.Type()]; isCase {
		one := whole
		whole = reflect.New(variant).Elem()
		whole.Set(one)
	}
	bytes, fault := write(nil, whole)
	if fault != nil {
		return nil, fmt.Errorf("the value is no %s: %w", cmp.Or(whole.Type().Name(), "message"), fault)
	}
	return bytes, nil
}

func write(to []byte, value reflect.Value) ([]byte, *Malformed) {
	of := value.Type()
	switch of.Kind() {
	case reflect.Bool:
		if value.Bool() {
			return append(to, 1), nil
		}
		return append(to, 0), nil
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		number := value.Int()
		switch {
		case of == reflect.TypeFor[Char]():
			if !utf8.ValidRune(rune(number)) {
				return nil, wrong(of)
			}
			return text(to, string(rune(number))), nil
		case of.Bits() == 8:
			return append(to, byte(number)), nil
		}
		return binary.AppendVarint(to, number), nil
	case reflect.Uint8:
		return append(to, byte(value.Uint())), nil
	case reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.AppendUvarint(to, value.Uint()), nil
	case reflect.Float32:
		return binary.LittleEndian.AppendUint32(to, math.Float32bits(float32(value.Float()))), nil
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(to, math.Float64bits(value.Float())), nil
	case reflect.String:
		if !utf8.ValidString(value.String()) {
			return nil, wrong(of)
		}
		return text(to, value.String()), nil
	case reflect.Slice:
		if of.Elem().Kind() == reflect.Uint8 {
			return text(to, string(value.Bytes())), nil
		}
		to = binary.AppendUvarint(to, uint64(value.Len()))
		for at := range value.Len() {
			var fault *Malformed
			if to, fault = write(to, value.Index(at)); fault != nil {
				return nil, fault.within(element(at))
			}
		}
		return to, nil
	case reflect.Pointer:
		if value.IsNil() {
			return append(to, 0), nil
		}
		return write(append(to, 1), value.Elem())
	case reflect.Struct:
		for at := range of.NumField() {
			var fault *Malformed
			if to, fault = write(to, value.Field(at)); fault != nil {
				return nil, fault.within(step(of.Field(at), at))
			}
		}
		return to, nil
	case reflect.Interface:
		return variant(to, value)
	default:
		return nil, &Malformed{problem: "messages.json has no type for Go's " + of.String(), at: nowhere}
	}
}

func variant(to []byte, value reflect.Value) ([]byte, *Malformed) {
	of := value.Type()
	number := -1
	if !value.IsNil() {
		number = slices.Index(variants[of], value.Elem().Type())
	}
	if number < 0 {
		return nil, wrong(of)
	}
	to, fault := write(binary.AppendUvarint(to, uint64(number)), value.Elem())
	if fault != nil {
		return nil, fault.within(caseStep(of, value.Elem().Type()))
	}
	return to, nil
}

func text(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

func wrong(of reflect.Type) *Malformed {
	return &Malformed{problem: "has no " + nameOf(of), at: nowhere}
}
