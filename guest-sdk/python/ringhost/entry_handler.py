"""What the build makes the export `handle` of a kernel that is a handler."""

import kernel
import ringhost
import wit_world
from componentize_py_types import Err
from ringhost import _snapshot

_snapshot.keep(kernel, ringhost)


class WitWorld(wit_world.WitWorld):
    def handle(self, messages):
        _snapshot.begin()
        replies = []
        for record in messages:
            message = ringhost._message(record)
            try:
                answers = ringhost._replies(kernel.handle(message))
            except Exception:
                # The replies to the messages before are sent all the same.
                for reply, answered in replies:
                    ringhost.send(reply, answers=answered)
                raise Err(_snapshot.words())
            replies.extend((reply, message) for reply in answers)
        return [ringhost._outgoing(reply, message) for reply, message in replies]
