"""The types that have names: what is generated inherits from these."""

from typing import ClassVar, Self

from ._parts import read, write
from ._reader import Fault, Reader
from ._scalars import checked, varint


class Malformed(ValueError):
    """Bytes that are no value of a type, or a value that is none: where, and what is wrong."""


def decode(shape, data: bytes, what: str):
    """Reads a value, which is all of these bytes. ``what`` is what an error calls them."""
    reader = Reader(bytes(data))
    try:
        value = shape.__read__(reader)
        if reader.at < len(reader.data):
            raise Fault("goes on after its end", reader.at)
    except Fault as fault:
        raise Malformed(f"{what} is no {shape.__name__}: {fault.words()}") from None
    return value


def encode(shape, value) -> bytes:
    """Writes a value."""
    out = bytearray()
    try:
        shape.__write__(value, out)
    except Fault as fault:
        raise Malformed(f"the value is no {shape.__name__}: {fault.words()}") from None
    return bytes(out)


def write_fields(wire: dict, value, out: bytearray, step: str) -> None:
    """Writes a dataclass, whose fields may have other names than in ``messages.json``."""
    for attribute, (name, shape) in zip(value.__match_args__, wire.items()):
        write(shape, getattr(value, attribute), out, f"{step}.{name}")


class Value:
    """What knows by itself how it is encoded."""

    def encode(self) -> bytes:
        """Its bytes. Raises ``Malformed`` where a field does not hold what it is declared to."""
        raise NotImplementedError


class Record(Value):
    """What the dataclass of a record inherits."""

    __wire__: ClassVar[dict]

    def __init_subclass__(cls) -> None:
        cls.__empty__ = all(shape.__empty__ for shape in cls.__wire__.values())

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Reads a value. Raises ``Malformed``."""
        return decode(cls, data, "what came")

    def encode(self) -> bytes:
        return encode(type(self), self)

    @classmethod
    def __read__(cls, reader):
        return cls(*(read(shape, reader, f".{name}") for name, shape in cls.__wire__.items()))

    @classmethod
    def __write__(cls, value, out):
        checked(value, cls, cls.__name__)
        write_fields(cls.__wire__, value, out, "")


class Case(Value):
    """What the dataclass of a case inherits: it has the fields of a record, or one ``value``."""

    __wire__: ClassVar
    __variant__: ClassVar[type]

    def encode(self) -> bytes:
        return encode(self.__variant__, self)


class Variant:
    """What a variant inherits. The classes in it are its cases, in their order."""

    __empty__ = False
    __cases__: ClassVar[list]

    def __init_subclass__(cls) -> None:
        cls.__cases__ = [case for case in vars(cls).values() if isinstance(case, type)]
        for case in cls.__cases__:
            case.__variant__ = cls

    @classmethod
    def decode(cls, data: bytes):
        """Reads one of the cases. Raises ``Malformed``."""
        return decode(cls, data, "what came")

    @classmethod
    def __read__(cls, reader):
        start = reader.at
        number = reader.varint(32, cls.__name__)
        if number >= len(cls.__cases__):
            raise Fault(f"has no case {number}", start)
        case = cls.__cases__[number]
        step = f".{case.__name__}"
        if not isinstance(case.__wire__, dict):
            return case(read(case.__wire__, reader, step))
        try:
            return case(*(read(shape, reader, f".{name}") for name, shape in case.__wire__.items()))
        except Fault as fault:
            raise fault.within(step)

    @classmethod
    def __write__(cls, value, out):
        case = type(value)
        if case not in cls.__cases__:
            raise Fault(f"has no {cls.__name__}")
        varint(cls.__cases__.index(case), out)
        step = f".{case.__name__}"
        if not isinstance(case.__wire__, dict):
            write(case.__wire__, value.value, out, step)
            return
        write_fields(case.__wire__, value, out, step)


class Side:
    """The type of a kernel's input or output that has no name of its own."""

    def __init__(self, name: str, shape) -> None:
        self.__name__ = name
        self.shape = shape

    def decode(self, data: bytes):
        """Reads a value. Raises ``Malformed``."""
        return decode(self, data, "what came")

    def encode(self, value) -> bytes:
        """Writes a value. Raises ``Malformed``."""
        return encode(self, value)

    def __read__(self, reader):
        return self.shape.__read__(reader)

    def __write__(self, value, out):
        self.shape.__write__(value, out)
