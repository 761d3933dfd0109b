"""What a kernel in Python sees of its host.

A kernel is a file ``kernel.py`` with one of these functions:

- ``serve(message)`` is called with each message by a loop that is ready. What it returns or yields is
  sent as its replies.
- ``run()`` is a loop of the kernel's own: ``for message in ringhost.messages(): ringhost.send(..)``.
- ``handle(message)`` is as ``serve``, in a handler, which has no stack between messages. Beside it,
  ``snapshot()`` returns the kernel's state, as bytes or text, and ``restore(state)`` takes on such
  bytes.
"""

import json as _json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Iterable, Iterator, List, Optional, Union

from wit_world.imports import lifecycle as _lifecycle
from wit_world.imports import log as _log
from wit_world.imports.types import Outgoing as _Outgoing
from wit_world.imports.types import Priority
from componentize_py_types import Err as _Err

from . import typed

try:
    from wit_world.imports import messaging as _queues
except ImportError:  # A handler does not receive: its messages are brought to it.
    from wit_world.imports import sending as _queues

Reply = Union[bytes, bytearray, str, Any]
"""Bytes as they are, text in UTF-8, a value of ``messages.json``, an ``Outgoing``, or anything else as JSON."""

Timeout = Union[int, timedelta, None]
"""So many nanoseconds, a ``timedelta``, or as long as it takes."""


@dataclass(frozen=True)
class Message:
    """A message as the kernel receives it."""

    id: int
    """Unique among all messages of the host."""
    correlation: int
    """The exchange it belongs to. An answer carries on the correlation of what it answers."""
    priority: Priority
    bytes: bytes

    def text(self) -> str:
        """Its bytes as text."""
        return self.bytes.decode()

    def json(self) -> Any:
        """Its bytes as JSON."""
        return _json.loads(self.bytes)

    def read(self, shape: Any) -> Any:
        """Its bytes as a type of ``messages.json``. Raises ``typed.Malformed``."""
        return typed.decode(shape, self.bytes, f"message {self.id}")


@dataclass(frozen=True)
class Outgoing:
    """A reply of which more is to be said than what it is."""

    reply: Reply
    answers: Optional[Message] = None
    """What it answers, with the correlation and priority of that; otherwise the message in hand."""
    priority: Optional[Priority] = None
    """The band it travels in, if not that of the message it answers."""


class SendError(Exception):
    """A message was not sent.

    ``why`` is ``timeout`` (there was no room in time), ``full`` (the host refuses at once), ``closed``,
    ``terminating`` (the host asked the kernel to end, and there is no room) or ``too-large``.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def messages() -> Iterator[Message]:
    """The messages, until none will come or the host asks the kernel to end. Not in a handler."""
    while (message := receive()) is not None:
        yield message


def receive(timeout: Timeout = None) -> Optional[Message]:
    """Takes the next message.

    Returns ``None`` where none will ever come, or the host asked the kernel to end. Raises
    ``TimeoutError`` where none came in time. Not in a handler.
    """
    try:
        return _message(_queues.receive(_nanoseconds(timeout)))
    except _Err as error:
        return _none(error)


def receive_batch(max: int, timeout: Timeout = None) -> Optional[List[Message]]:
    """Takes up to ``max`` messages, waiting for the first. The rest is as in ``receive``."""
    if not isinstance(max, int) or not 0 <= max < 1 << 32:
        raise ValueError(f"{max!r} is no number of messages")
    try:
        return [_message(record) for record in _queues.receive_batch(max, _nanoseconds(timeout))]
    except _Err as error:
        return _none(error)


def send(
    reply: Reply,
    answers: Optional[Message] = None,
    timeout: Timeout = None,
    priority: Optional[Priority] = None,
) -> None:
    """Sends a reply to a message, or to the one received last, waiting for room.

    Raises ``SendError``.
    """
    if priority is not None:
        reply = Outgoing(reply, priority=priority)
    try:
        _queues.send(_outgoing(reply, answers), _nanoseconds(timeout))
    except _Err as error:
        raise SendError(_why(error.value)) from None


def send_batch(replies: Iterable[Reply], timeout: Timeout = None) -> int:
    """Sends replies in their order, waiting for room for each.

    Returns how many were taken, from the front: fewer than given where one was refused. Raises
    ``SendError`` where that is the first.
    """
    try:
        return _queues.send_batch(
            [_outgoing(reply, None) for reply in replies], _nanoseconds(timeout)
        )
    except _Err as error:
        raise SendError(_why(error.value)) from None


def kernel_id() -> str:
    """The name under which the host launched this kernel."""
    return _lifecycle.kernel_id()


def should_terminate() -> bool:
    """Whether the host asked the kernel to end. Look at it once a turn of a long loop."""
    return _lifecycle.should_terminate()


def is_active() -> bool:
    """False while the host has the kernel paused."""
    return _lifecycle.is_active()


def wait_active() -> bool:
    """Waits until the kernel is active; false if it is asked to end."""
    return _lifecycle.wait_active() == _lifecycle.Activity.ACTIVE


def log(text: Any, level: str = "info") -> None:
    """Logs a line for the host's operator: trace, debug, info, warn or error."""
    known = _log.Level.__members__.get(str(level).upper())
    if known is None:
        raise ValueError(f"{level!r} is no level: there are trace, debug, info, warn and error")
    _log.log(known, str(text))


def _message(record) -> Message:
    return Message(record.id, record.correlation, record.priority, record.payload)


def _outgoing(reply: Reply, answers: Optional[Message]) -> _Outgoing:
    """The contract's form of a reply, which answers this message unless it names another."""
    priority = None
    if isinstance(reply, Outgoing):
        answers = reply.answers or answers
        priority = reply.priority
        reply = reply.reply
        if priority is not None and not isinstance(priority, Priority):
            raise TypeError(f"{priority!r} is no priority: write one as ringhost.Priority.HIGH")
    if isinstance(reply, str):
        payload = reply.encode()
    elif isinstance(reply, (bytes, bytearray)):
        payload = bytes(reply)
    elif isinstance(reply, typed.Value):
        payload = reply.encode()
    else:
        payload = _json.dumps(reply, separators=(",", ":")).encode()
    if answers is None:
        return _Outgoing(payload, None, priority)
    return _Outgoing(payload, answers.correlation, priority or answers.priority)


def _replies(returned) -> list:
    """What a function answered: nothing, one reply, or those that it yields."""
    if returned is None:
        return []
    if isinstance(returned, Iterator):
        return list(returned)
    return [returned]


def _nanoseconds(timeout: Timeout) -> Optional[int]:
    if timeout is None:
        return None
    if isinstance(timeout, timedelta):
        timeout = timeout // timedelta(microseconds=1) * 1000
    if not isinstance(timeout, int):
        raise TypeError(
            f"{timeout!r} is no timeout: give a timedelta, or a whole number of nanoseconds"
        )
    return min(max(timeout, 0), (1 << 64) - 1)


def _none(error: _Err) -> None:
    """There is no message."""
    if error.value == _queues.ReceiveError.TIMEOUT:
        raise TimeoutError("no message came in time") from None


def _why(error) -> str:
    name = type(error).__name__.removeprefix("SendError_")
    return "too-large" if name == "TooLarge" else name.lower()
