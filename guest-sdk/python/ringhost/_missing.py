"""What a kernel in Python does not have: files, clocks, and random numbers of the machine. Each says so once
the kernel runs. While it is made it may still read files, and its modules may look at the clock.
"""

import os
import sys
import time

_is_running = False


def begin() -> None:
    """From here on the kernel runs."""
    global _is_running
    _is_running = True
    sys.addaudithook(_refuse)


_EVENTS = {
    "open": "files",
    "os": "files",
    "shutil": "files",
    "socket": "connections",
    "subprocess": "programs to start",
    "builtins": "terminal",
}
"""What Python tells of before it is done, by the first word of its name there, and what it would need."""

_HARMLESS = ("os.putenv", "os.unsetenv", "builtins.id", "builtins.breakpoint")


def _refuse(event: str, values: tuple) -> None:
    missing = _EVENTS.get(event.partition(".")[0])
    if missing is not None and event not in _HARMLESS:
        raise OSError(f"{event}{values!r}: a kernel in Python has no {missing}")


def _clockless(name: str) -> None:
    """Of those that take a time, only without one do they look at the clock."""
    original = getattr(time, name)
    takes = name in ("localtime", "gmtime", "ctime")

    def checked(*values):
        if _is_running and not (takes and values and values[0] is not None):
            raise OSError(f"time.{name}: a kernel in Python has no clock")
        return original(*values)

    setattr(time, name, checked)


for _name in (
    "time",
    "time_ns",
    "monotonic",
    "monotonic_ns",
    "perf_counter",
    "perf_counter_ns",
    "process_time",
    "process_time_ns",
    "sleep",
    "localtime",
    "gmtime",
    "ctime",
):
    _clockless(_name)


def _without(name: str, missing: str) -> None:
    original = getattr(os, name)

    def checked(*values, **named):
        if _is_running:
            raise OSError(f"os.{name}: a kernel in Python has no {missing}")
        return original(*values, **named)

    setattr(os, name, checked)


_without("stat", "files")
_without("lstat", "files")
_without("urandom", "random numbers but those that it was made with")
