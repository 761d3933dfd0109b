"""What the build makes the export `run` of a kernel that is a loop."""

# Before the kernel, which may take names out of modules that this changes.
from ringhost import _snapshot

import kernel
import ringhost
import wit_world
from componentize_py_types import Err

_snapshot.keep(kernel, ringhost)


class WitWorld(wit_world.WitWorld):
    def run(self) -> None:
        _snapshot.begin()
        try:
            if hasattr(kernel, "run"):
                kernel.run()
            else:
                _serve()
        except BaseException:
            raise Err(_snapshot.words())


def _serve() -> None:
    for message in ringhost.messages():
        replies = ringhost._replies(kernel.serve(message))
        for at, reply in enumerate(replies):
            try:
                ringhost.send(reply, answers=message)
            except ringhost.SendError as error:
                if error.why == "full":
                    ringhost.log("dropped a reply: the output queue is full", "warn")
                elif error.why == "terminating":
                    left = len(replies) - at
                    ringhost.log(f"asked to end with {left} replies unsent", "warn")
                    return
                else:
                    raise
