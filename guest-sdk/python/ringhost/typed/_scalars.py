"""The types that hold no other.

A type has three parts: ``__read__`` takes a value from a reader, ``__write__`` appends one to bytes,
and ``__empty__`` says that its values may take no bytes.
"""

import struct
from typing import Any

from ._reader import Fault


def varint(number: int, out: bytearray) -> None:
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def checked(value: Any, kind: type | tuple, what: str) -> Any:
    if not isinstance(value, kind):
        raise Fault(f"has no {what}")
    return value


class _Bool:
    __empty__ = False

    def __read__(self, reader):
        return reader.flag("bool")

    def __write__(self, value, out):
        out.append(checked(value, bool, "bool"))


class _Integer:
    __empty__ = False

    def __init__(self, bits: int, signed: bool) -> None:
        self.bits = bits
        self.signed = signed
        self.what = f"{'i' if signed else 'u'}{bits}"
        self.least = -(1 << bits - 1) if signed else 0

    def __read__(self, reader):
        if self.bits == 8:
            byte = reader.take(1, reader.at)[0]
            return byte - 256 if self.signed and byte > 127 else byte
        number = reader.varint(self.bits, self.what)
        return number >> 1 ^ -(number & 1) if self.signed else number

    def __write__(self, value, out):
        checked(value, int, self.what)
        if not self.least <= value < self.least + (1 << self.bits):
            raise Fault(f"has no {self.what}")
        if self.bits == 8:
            out.append(value & 0xFF)
        else:
            varint((value << 1 if value >= 0 else ~value << 1 | 1) if self.signed else value, out)


class _Float:
    __empty__ = False

    def __init__(self, form: str, what: str) -> None:
        self.form = struct.Struct(form)
        self.what = what

    def __read__(self, reader):
        return self.form.unpack(reader.take(self.form.size, reader.at))[0]

    def __write__(self, value, out):
        try:
            out += self.form.pack(checked(value, (float, int), self.what))
        except OverflowError:
            raise Fault(f"has no {self.what}") from None


class _Text:
    __empty__ = False

    def __init__(self, what: str) -> None:
        self.what = what

    def __read__(self, reader):
        start = reader.at
        text = reader.text(self.what)
        if self.what == "char" and len(text) != 1:
            raise Fault("has no char", start)
        return text

    def __write__(self, value, out):
        checked(value, str, self.what)
        if self.what == "char" and len(value) != 1:
            raise Fault("has no char")
        try:
            encoded = value.encode()
        except UnicodeEncodeError:
            raise Fault(f"has no {self.what}") from None
        varint(len(encoded), out)
        out += encoded


class _Bytes:
    __empty__ = False

    def __read__(self, reader):
        start = reader.at
        return reader.take(reader.varint(64, "bytes"), start)

    def __write__(self, value, out):
        checked(value, (bytes, bytearray, memoryview), "bytes")
        varint(len(value), out)
        out += value


class _Unit:
    __empty__ = True

    def __read__(self, reader):
        return None

    def __write__(self, value, out):
        checked(value, type(None), "unit")


BOOL = _Bool()
U8, U16, U32, U64, U128 = (_Integer(bits, False) for bits in (8, 16, 32, 64, 128))
I8, I16, I32, I64, I128 = (_Integer(bits, True) for bits in (8, 16, 32, 64, 128))
F32, F64 = _Float("<f", "f32"), _Float("<d", "f64")
CHAR, STRING = _Text("char"), _Text("string")
BYTES = _Bytes()
UNIT = _Unit()
