"""What the build makes the exports of a kernel that is a handler: `handle`, and its state if it has
one.
"""

# Before the kernel, which may take names out of modules that this changes.
from ringhost import _snapshot

import kernel
import ringhost
import wit_world
from componentize_py_types import Err

_snapshot.keep(kernel, ringhost)


class WitWorld(wit_world.WitWorld):
    def handle(self, messages):
        _snapshot.begin()
        replies = []
        for record in messages:
            message = ringhost._message(record)
            try:
                answers = ringhost._replies(kernel.handle(message))
                outgoing = [ringhost._outgoing(reply, message) for reply in answers]
            except BaseException:
                # The replies to the messages before are sent all the same.
                _send_all(replies)
                raise Err(_snapshot.words())
            replies.extend(outgoing)
        return replies


class State:
    def snapshot(self) -> bytes:
        _snapshot.begin()
        try:
            state = kernel.snapshot()
            return state.encode() if isinstance(state, str) else bytes(state)
        except BaseException:
            raise Err(_snapshot.words())

    def restore(self, state: bytes) -> None:
        _snapshot.begin()
        try:
            kernel.restore(state)
        except BaseException:
            raise Err(_snapshot.words())


def _send_all(replies) -> None:
    try:
        while replies:
            del replies[: ringhost._queues.send_batch(replies, None)]
    except Err:
        ringhost.log("replies to earlier messages are lost", "error")
