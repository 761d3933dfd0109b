"""Functions of ``compute.wat`` or ``compute.wasm``, for many items at once, on a GPU or on all CPU cores.

What is made here is given back at the end of a ``with`` block.
"""

# What weakref, by which what is not used any more is given back, imports when it is first used.
import atexit  # noqa: F401
from array import array
from dataclasses import dataclass
from typing import Any, List, Optional, Union

from componentize_py_types import Err as _Err

try:
    from wit_world.imports import compute as _host
except ImportError:
    raise ImportError(
        "ringhost.compute launches the functions of compute.wat or compute.wasm, and neither is beside kernel.py"
    ) from None

from . import Timeout, _nanoseconds
from ._functions import FUNCTIONS as _FUNCTIONS


class ComputeError(Exception):
    """Something was not done.

    ``kind`` is ``invalid``, ``no-device``, ``out-of-memory``, ``quota``, ``trap``, ``poisoned``, ``cancelled``,
    ``timeout``, ``terminating`` or ``device-lost``. Of a trap there are also ``function``, ``item`` (the lowest
    that trapped) and ``code``.
    """

    def __init__(self, error) -> None:
        name = type(error).__name__.removeprefix("Error_")
        self.kind = "".join("-" + letter.lower() if letter.isupper() else letter for letter in name)[1:]
        self.function: Optional[str] = None
        self.item: Optional[int] = None
        self.code: Optional[str] = None
        words = _WORDS.get(self.kind)
        if self.kind == "trap":
            trap = error.value
            self.function, self.item, self.code = trap.function, trap.item, _name(trap.code)
            words = f"the compute function {trap.function} trapped at item {trap.item}: {self.code}"
        super().__init__(error.value if words is None else words)


_WORDS = {
    "out-of-memory": "the space has no room for it",
    "poisoned": "what was to be read is poisoned: a launch that could write it did not end well",
    "cancelled": "it was cancelled",
    "timeout": "it did not end in time, and goes on",
    "terminating": "the host asked the kernel to end",
}


@dataclass(frozen=True)
class Device:
    """A device on which the kernel may compute."""

    kind: str
    """``cpu`` or ``cuda``."""
    name: str
    memory: int
    """Its memory in bytes. How much of it the kernel gets is the host's choice."""
    lanes: int
    """How many items can run at the same instant."""


@dataclass(frozen=True)
class Stats:
    """What was done."""

    device_time: int
    """The time that the device took, over all its lanes, in nanoseconds."""
    launches: int
    items: int


def devices() -> List[Device]:
    """The devices on which the kernel may compute, the best first. There is always the CPU."""
    return [_device(device) for device in _host.devices()]


class _Held:
    """Something of the host's, which is given back at the end of a ``with`` block."""

    def __init__(self, held) -> None:
        self._held = held

    def __enter__(self):
        return self

    def __exit__(self, *error: Any) -> None:
        self._held.__exit__(*error)


class Event(_Held):
    """What was submitted."""

    def wait(self, timeout: Timeout = None) -> Stats:
        """Waits for its end. Raises ``ComputeError``."""
        stats = _asked(self._held.wait, _nanoseconds(timeout))
        return Stats(stats.device_time, stats.launches, stats.items)

    def cancel(self) -> None:
        """Ends it where it is. What it could write is poisoned then."""
        self._held.cancel()


class Plan(_Held):
    """Launches that are checked."""

    def run(self, times: int) -> Event:
        """Has them run so many times, and returns at once."""
        return Event(_asked(self._held.run, _whole(times)))


class Buffer(_Held):
    """Elements in a space."""

    def __init__(self, held, typecode: str, length: int) -> None:
        super().__init__(held)
        self._typecode = typecode
        self.length = length

    def write(self, elements: array, at: int = 0) -> None:
        """Writes elements from an index on, behind all that was submitted before."""
        if elements.typecode != self._typecode:
            raise TypeError(f"the buffer holds elements of type {self._typecode!r}")
        _asked(self._held.write, _whole(at * elements.itemsize), elements.tobytes())

    def read(self, at: int = 0, count: Optional[int] = None, timeout: Timeout = None) -> array:
        """Its elements, when all that was submitted before is done. Raises ``ComputeError``."""
        elements = array(self._typecode)
        count = max(self.length - at, 0) if count is None else count
        part = _whole(at * elements.itemsize), _whole(count * elements.itemsize)
        elements.frombytes(_asked(self._held.read, *part, _nanoseconds(timeout)))
        return elements


@dataclass(frozen=True)
class Launch:
    """A function that is to run for so many items, with numbers and buffers as it takes them."""

    function: str
    items: int
    arguments: tuple
    fuel: Optional[int] = None
    """How many turns of loops and calls each item may take."""


def launch(function: str, items: int, *arguments: Union[int, float, Buffer], fuel: Optional[int] = None) -> Launch:
    """A launch for the items 0, 1, and so on up to so many."""
    return Launch(function, items, arguments, fuel)


class Space(_Held):
    """A memory on one device: of this kind, or the best. What is submitted to it is done in order.

    Its methods raise ``ComputeError``.
    """

    def __init__(self, bytes: int, kind: Optional[str] = None) -> None:
        device = None if kind is None else _host.DeviceKind[kind.upper()]
        super().__init__(_asked(_host.Space.create, device, _whole(bytes, 64)))

    @property
    def device(self) -> Device:
        return _device(self._held.device())

    def allocate(self, typecode: str, length: int) -> Buffer:
        """A buffer of so many elements, zeroed. The type is one of ``array.array``."""
        held = _asked(self._held.allocate, _whole(length * array(typecode).itemsize))
        return Buffer(held, typecode, length)

    def buffer(self, elements: array) -> Buffer:
        """A buffer with the elements of an ``array.array``."""
        buffer = self.allocate(elements.typecode, len(elements))
        buffer.write(elements)
        return buffer

    def submit(self, *launches: Launch) -> Event:
        """Has launches run, one behind the other, and returns at once."""
        return Event(_asked(self._held.submit, [_command(launch) for launch in launches]))

    def run(self, *launches: Launch) -> Stats:
        """Has launches run, and waits for their end."""
        with self.submit(*launches) as event:
            return event.wait()

    def plan(self, *launches: Launch) -> Plan:
        """Checks launches once, to run them many times."""
        return Plan(_asked(self._held.plan, [_command(launch) for launch in launches]))


def _asked(call, *arguments):
    """What a call to the host gives, or raises."""
    try:
        return call(*arguments)
    except _Err as error:
        raise ComputeError(error.value) from None


def _command(launch: Launch):
    kinds = _FUNCTIONS.get(launch.function)
    if kinds is None:
        known = ", ".join(_FUNCTIONS)
        raise ValueError(f"there is no compute function {launch.function!r}; there is {known}")
    if len(launch.arguments) != len(kinds):
        raise TypeError(
            f"{launch.function} takes {len(kinds)} arguments behind the item, and got {len(launch.arguments)}"
        )
    arguments = [_argument(value, kind) for value, kind in zip(launch.arguments, kinds)]
    fuel = None if launch.fuel is None else _whole(launch.fuel, 64)
    return _host.Command_Launch(_host.Launch(launch.function, _whole(launch.items), arguments, fuel))


def _argument(value, kind: str):
    if isinstance(value, Buffer):
        return _host.Argument_Buffer(value._held)
    if kind == "f32":
        return _host.Argument_Float32(float(value))
    if kind == "f64":
        return _host.Argument_Float64(float(value))
    bits = int(kind[1:])
    if not isinstance(value, int) or not -(1 << bits - 1) <= value < 1 << bits:
        raise ValueError(f"{value!r} is no whole number of {bits} bits")
    # Without a sign it is the same bits.
    signed = value - (1 << bits) if value >= 1 << bits - 1 else value
    return _host.Argument_Int32(signed) if bits == 32 else _host.Argument_Int64(signed)


def _whole(value: int, bits: int = 32) -> int:
    if not isinstance(value, int) or not 0 <= value < 1 << bits:
        raise ValueError(f"{value!r} is no whole number below 2**{bits}")
    return value


def _device(device) -> Device:
    return Device(_name(device.kind), device.name, device.memory, device.lanes)


def _name(case) -> str:
    return case.name.lower().replace("_", "-")
