"""Work on many elements at once, on a GPU or on all CPU cores: the host's own operations, and functions of
``compute.wat`` or ``compute.wasm``.

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
        "to have ringhost.compute, import it by a statement of its own in a file beside kernel.py"
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
        return _stats(_asked(self._held.wait, _nanoseconds(timeout)))

    def cancel(self) -> None:
        """Ends it where it is. What it could write is poisoned then."""
        self._held.cancel()


class Plan(_Held):
    """Commands that are checked."""

    def run(self, times: int) -> Event:
        """Has them done so many times, and returns at once."""
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


@dataclass(frozen=True)
class Operation:
    """What the host does with buffers by itself."""

    _made: Any


Command = Union[Launch, Operation]
"""What is submitted."""


def fill(to: Buffer, byte: int = 0) -> Operation:
    """A byte that fills a buffer."""
    return Operation(_host.Command_Fill(_host.Fill(to._held, 0, _bytes(to), byte)))


def copy(source: Buffer, to: Buffer) -> Operation:
    """All elements of a buffer, which go to the beginning of another."""
    return Operation(_host.Command_Copy(_host.Copy(to._held, 0, source._held, 0, _bytes(source))))


def reduce(operator: str, source: Buffer, to: Buffer) -> Operation:
    """All elements of a buffer, which become one, the first of another: by ``sum``, ``product``, ``minimum`` or
    ``maximum``."""
    made = _host.Reduce(_element(source, to), _operator(operator), source._held, 0, source.length, to._held, 0)
    return Operation(_host.Command_Reduce(made))


def scan(operator: str, source: Buffer, to: Buffer, exclusive: bool = False) -> Operation:
    """All elements of a buffer, each of which becomes what it makes with all before it, or, exclusive, what these
    make. They may go to where they are."""
    part = source._held, 0, source.length, to._held, 0
    return Operation(_host.Command_Scan(_host.Scan(_element(source, to), _operator(operator), exclusive, *part)))


def sort(keys: Buffer, values: Optional[Buffer] = None, descending: bool = False) -> Operation:
    """All elements of a buffer, which are put in order, with as many values of 32 bits. Equal ones stay in theirs."""
    if values is not None and (array(values._typecode).itemsize, values.length) != (4, keys.length):
        raise ValueError(f"the values of this sort are {keys.length} elements of 32 bits")
    held = None if values is None else _host.SortedValues(values._held, 0)
    return Operation(_host.Command_Sort(_host.Sort(_element(keys), descending, keys._held, 0, keys.length, held)))


def gemm(
    m: int,
    n: int,
    k: int,
    a: Buffer,
    b: Buffer,
    c: Buffer,
    alpha: float = 1.0,
    beta: float = 0.0,
    a_transposed: bool = False,
    b_transposed: bool = False,
) -> Operation:
    """``c = alpha * a * b + beta * c``, with ``a`` of m rows and k columns, and ``b`` of k rows and n columns. Their
    rows lie one behind the other, or, transposed, their columns."""
    product = _host.Gemm(
        _element(a, b, c),
        _whole(m),
        _whole(n),
        _whole(k),
        alpha,
        _host.Matrix(a._held, 0, a_transposed),
        _host.Matrix(b._held, 0, b_transposed),
        beta,
        _host.Matrix(c._held, 0, False),
    )
    return Operation(_host.Command_Gemm(product))


class Resident(_Held):
    """A function that stays on its device and answers messages, in their order: ``Space.reside`` makes it.

    On a GPU a message costs no launch as long as the next comes soon. What the function keeps in other buffers than
    those of its messages stays from one to the next.
    """

    def __init__(self, held, typecode: str, answers: str) -> None:
        super().__init__(held)
        self._typecode = typecode
        self._answers = answers

    def ask(self, message: array) -> array:
        """Sends a message and waits for its answer. No other is under way."""
        if not self.send(message):
            raise RuntimeError("other messages are under way: receive their answers first")
        return self.receive()

    def send(self, message: array) -> bool:
        """Sends a message, which is as long as the input or shorter: the rest is zeros. False if there is no room: an
        answer is to be received first."""
        if message.typecode != self._typecode:
            raise TypeError(f"the input holds elements of type {self._typecode!r}")
        return _asked(self._held.send, message.tobytes())

    def receive(self, timeout: Timeout = None) -> array:
        """The next answer. Where an item trapped, that is raised."""
        elements = array(self._answers)
        elements.frombytes(_asked(self._held.receive, _nanoseconds(timeout)))
        return elements

    def pause(self) -> None:
        """Has it begin with no more messages. What is submitted does not wait for those that are under way."""
        self._held.pause()

    def resume(self) -> None:
        """Has it go on, behind what has been submitted by now."""
        _asked(self._held.resume)

    def stop(self) -> None:
        """Ends it where it is. What is under way is answered as cancelled."""
        self._held.stop()

    @property
    def stats(self) -> Stats:
        """What it has taken by now: ``launches`` is how often it was put on the device."""
        return _stats(self._held.stats())


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

    def submit(self, *commands: Command) -> Event:
        """Has commands done, one behind the other, and returns at once."""
        return Event(_asked(self._held.submit, [_command(command) for command in commands]))

    def run(self, *commands: Command) -> Stats:
        """Has commands done, and waits for their end."""
        with self.submit(*commands) as event:
            return event.wait()

    def plan(self, *commands: Command) -> Plan:
        """Checks commands once, to have them done many times."""
        return Plan(_asked(self._held.plan, [_command(command) for command in commands]))

    def reside(self, launch: Launch, input: Buffer, output: Buffer, depth: int = 1) -> Resident:
        """Has a launch's function stay, of 1 to 1024 items, and run for each message: that is put into ``input``, which
        is among its arguments, and ``output`` is the answer, the whole of it. Up to ``depth`` messages are under way.
        """
        residence = _host.Residence(_launch(launch), input._held, output._held, _whole(depth))
        return Resident(_asked(self._held.reside, residence), input._typecode, output._typecode)


def _asked(call, *arguments):
    """What a call to the host gives, or raises."""
    try:
        return call(*arguments)
    except _Err as error:
        raise ComputeError(error.value) from None


def _bytes(buffer: Buffer) -> int:
    return buffer.length * array(buffer._typecode).itemsize


def _element(*buffers: Buffer):
    """What all of these hold."""
    kinds = {buffer._typecode for buffer in buffers}
    typecode, *others = kinds
    size = array(typecode).itemsize
    if others:
        raise TypeError(f"the buffers hold elements of different types: {sorted(kinds)}")
    if size not in (4, 8):
        raise TypeError(f"an operation takes elements of 32 or 64 bits, not of type {typecode!r}")
    kind = "FLOAT" if typecode in "fd" else "UINT" if typecode.isupper() else "INT"
    return _host.Element[f"{kind}{size * 8}"]


def _operator(name: str):
    try:
        return _host.Operator[name.upper()]
    except KeyError:
        raise ValueError(f"there is no operator {name!r}; there is sum, product, minimum, maximum") from None


def _stats(stats) -> Stats:
    return Stats(stats.device_time, stats.launches, stats.items)


def _command(command: Command):
    return command._made if isinstance(command, Operation) else _host.Command_Launch(_launch(command))


def _launch(launch: Launch):
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
    return _host.Launch(launch.function, _whole(launch.items), arguments, fuel)


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
