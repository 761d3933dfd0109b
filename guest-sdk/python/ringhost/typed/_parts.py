"""The types that hold others."""

from typing import Any, NamedTuple

from ._reader import Fault
from ._scalars import UNIT, checked, varint


class Some(NamedTuple):
    """The value of an option that could itself be ``None``: an option or a unit."""

    value: Any


class Option:
    __empty__ = False

    def __init__(self, inner) -> None:
        self.inner = inner
        self.wrapped = inner is UNIT or isinstance(inner, Option)

    def __read__(self, reader):
        if not reader.flag("option"):
            return None
        value = self.inner.__read__(reader)
        return Some(value) if self.wrapped else value

    def __write__(self, value, out):
        out.append(value is not None)
        if value is not None:
            self.inner.__write__(checked(value, Some, "Some").value if self.wrapped else value, out)


class List:
    __empty__ = False

    def __init__(self, element) -> None:
        self.element = element

    def __read__(self, reader):
        count = reader.count("list", self.element.__empty__)
        return [read(self.element, reader, f"[{at}]") for at in range(count)]

    def __write__(self, value, out):
        varint(len(checked(value, (list, tuple), "list")), out)
        for at, element in enumerate(value):
            write(self.element, element, out, f"[{at}]")


class Tuple:
    def __init__(self, *parts) -> None:
        self.parts = parts
        self.__empty__ = all(part.__empty__ for part in parts)

    def __read__(self, reader):
        return tuple(read(part, reader, f"[{at}]") for at, part in enumerate(self.parts))

    def __write__(self, value, out):
        if len(checked(value, (tuple, list), "tuple")) != len(self.parts):
            raise Fault(f"has no tuple of {len(self.parts)}")
        for at, part in enumerate(self.parts):
            write(part, value[at], out, f"[{at}]")


class Pairs:
    """A map as a list of pairs: of keys that Python has no dictionary of."""

    __empty__ = False

    def __init__(self, key, value) -> None:
        self.pair = (key, value)

    def __read__(self, reader):
        key, value = self.pair
        count = reader.count("map", key.__empty__ and value.__empty__)
        return [
            (read(key, reader, f"[{at}].key"), read(value, reader, f"[{at}].value"))
            for at in range(count)
        ]

    def __write__(self, value, out):
        varint(len(checked(value, (list, tuple), "list of pairs")), out)
        for at, pair in enumerate(value):
            if len(checked(pair, tuple, "list of pairs")) != 2:
                raise Fault("has no list of pairs")
            write(self.pair[0], pair[0], out, f"[{at}].key")
            write(self.pair[1], pair[1], out, f"[{at}].value")


class Map(Pairs):
    """A map as a dictionary."""

    def __read__(self, reader):
        return dict(super().__read__(reader))

    def __write__(self, value, out):
        super().__write__(list(checked(value, dict, "map").items()), out)


def read(shape, reader, step: str):
    """Reads a part of a value."""
    try:
        return shape.__read__(reader)
    except Fault as fault:
        raise fault.within(step)


def write(shape, value, out: bytearray, step: str) -> None:
    """Writes a part of a value."""
    try:
        shape.__write__(value, out)
    except Fault as fault:
        raise fault.within(step)
