"""What a kernel in Python sees of its host.

A kernel is a file ``kernel.py`` with one of these functions:

- ``serve(message)`` is called with each message by a loop that is ready. What it returns or yields is
  sent as its replies.
- ``run()`` is a loop of the kernel's own: ``for message in ringhost.messages(): ringhost.send(..)``.
- ``handle(message)`` is as ``serve``, in a handler, which has no stack between messages.
"""

import json as _json
from dataclasses import dataclass
from typing import Any, Iterator, Optional, Union

from wit_world.imports import lifecycle as _lifecycle
from wit_world.imports import log as _log
from wit_world.imports.types import Outgoing as _Outgoing
from wit_world.imports.types import Priority
from componentize_py_types import Err as _Err

try:
    from wit_world.imports import messaging as _queues
except ImportError:  # A handler does not receive: its messages are brought to it.
    from wit_world.imports import sending as _queues

Reply = Union[bytes, bytearray, str, Any]
"""Bytes as they are, text in UTF-8, anything else as JSON."""


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


class SendError(Exception):
    """A message was not sent; the words say why."""


def messages() -> Iterator[Message]:
    """The messages, until none will come or the host asks the kernel to end. Not in a handler."""
    while (message := receive()) is not None:
        yield message


def receive(timeout: Optional[int] = None) -> Optional[Message]:
    """Takes the next message, waiting for so many nanoseconds, or as long as it takes.

    Returns ``None`` where none will ever come, or the host asked the kernel to end. Raises
    ``TimeoutError`` where none came in time. Not in a handler.
    """
    try:
        return _message(_queues.receive(timeout))
    except _Err as error:
        if error.value == _queues.ReceiveError.TIMEOUT:
            raise TimeoutError("no message came in time") from None
        return None


def send(reply: Reply, answers: Optional[Message] = None, timeout: Optional[int] = None) -> None:
    """Sends an answer to a message, or to the one received last.

    Waits for room for so many nanoseconds, or as long as it takes. Raises ``SendError``.
    """
    try:
        _queues.send(_outgoing(reply, answers), timeout)
    except _Err as error:
        raise SendError(_words(error.value)) from None


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


def log(text: str, level: str = "info") -> None:
    """Logs a line for the host's operator: trace, debug, info, warn or error."""
    _log.log(_log.Level[level.upper()], text)


def _message(record) -> Message:
    return Message(record.id, record.correlation, record.priority, record.payload)


def _outgoing(reply: Reply, answers: Optional[Message]) -> _Outgoing:
    if isinstance(reply, str):
        payload = reply.encode()
    elif isinstance(reply, (bytes, bytearray)):
        payload = bytes(reply)
    else:
        payload = _json.dumps(reply, separators=(",", ":")).encode()
    if answers is None:
        return _Outgoing(payload, None, None)
    return _Outgoing(payload, answers.correlation, answers.priority)


def _replies(returned) -> list:
    """What a function answered: nothing, one reply, or those that it yields."""
    if returned is None:
        return []
    if isinstance(returned, Iterator):
        return list(returned)
    return [returned]


def _words(error) -> str:
    return type(error).__name__.removeprefix("SendError_").lower()
