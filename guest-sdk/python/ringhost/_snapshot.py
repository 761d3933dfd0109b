"""What happens when the component is made: the interpreter's state after its start is kept in the
component. There are no files after that, so all that is read from files is read now.
"""

import io
import linecache
import sys
import traceback

# What the standard library imports when it is first used.
import _strptime  # noqa: F401
import encodings.ascii  # noqa: F401
import encodings.latin_1  # noqa: F401


import ringhost
from ringhost import _missing


# Where the build puts the SDK and the kernel.
_SDK = "/0/"
_KERNEL = "/1/"

# So many calls of a traceback are told: the outermost, and the innermost.
_FIRST = 10
_LAST = 20


class _Lines(io.TextIOBase):
    """A standard stream, of which each line is logged."""

    def __init__(self, level: str) -> None:
        self._level = level
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            ringhost.log(line, self._level)
        return len(text)


class _TooLate:
    @staticmethod
    def find_spec(name, path=None, target=None):
        raise ImportError(f"{name} is imported too late: import it at the top of kernel.py")


def keep(*modules) -> None:
    """Keeps the sources of these modules, for tracebacks."""
    for module in modules:
        linecache.getlines(module.__file__)
    linecache.checkcache = lambda filename=None: None
    linecache.updatecache = lambda filename, module_globals=None: []


def begin() -> None:
    """From here on the kernel runs: there is nothing to import from, and nowhere to print to."""
    if sys.meta_path != [_TooLate]:
        sys.meta_path[:] = [_TooLate]
        _missing.begin()
        sys.stdout = _Lines("info")
        sys.stderr = _Lines("warn")


def _is_kernels(frame) -> bool:
    return frame.f_code.co_filename.startswith(_KERNEL)


def _file(code) -> str:
    """A file as its author knows it: the build numbers the folders that it takes files from."""
    return code.co_filename.removeprefix(_KERNEL).removeprefix(_SDK)


def words() -> str:
    """The exception that is being handled, with where it came from."""
    error = sys.exception()
    lines = ["Traceback (most recent call last):"]
    # Not by `traceback.format_exc`, which looks into files for what to underline.
    calls = list(traceback.walk_tb(error.__traceback__))
    # What called the kernel is of no use to its author.
    own = [at for at, (frame, _) in enumerate(calls) if _is_kernels(frame)]
    calls = calls[own[0] if own else 0 :]
    for at, (frame, number) in enumerate(calls):
        # The host cuts what is long, and the error itself comes last.
        if _FIRST <= at < len(calls) - _LAST:
            if at == _FIRST:
                lines.append(f"  ... {len(calls) - _FIRST - _LAST} calls between")
            continue
        code = frame.f_code
        lines.append(f'  File "{_file(code)}", line {number}, in {code.co_qualname}')
        source = linecache.getline(code.co_filename, number).strip()
        if source:
            lines.append(f"    {source}")
    lines.extend(line.rstrip() for line in traceback.format_exception_only(error))
    return "\n".join(lines)
