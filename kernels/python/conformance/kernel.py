"""Does what a message asks: all that a kernel in Python can do, a command each. The same kernel is there
in every language, and one suite tries them all.
"""

from datetime import timedelta

import ringhost
from ringhost import Outgoing, SendError, send

# What `keep` keeps.
kept = None


class Done(Exception):
    """The kernel is to end, without an error."""


def fail(message, argument):
    raise RuntimeError(argument)


def trap(message, argument):
    # Python has no harder fault of its own than an exception.
    return [][0]


def spin(message, argument):
    while True:
        pass


def poll(message, argument):
    while not ringhost.should_terminate():
        if not ringhost.is_active():
            ringhost.wait_active()
    raise Done


def life(message, argument):
    active = str(ringhost.is_active()).lower()
    terminate = str(ringhost.should_terminate()).lower()
    send(f"active={active} terminate={terminate}", answers=message)


def who(message, argument):
    send(ringhost.kernel_id(), answers=message)


def envelope(message, argument):
    text = f"{message.id} {message.correlation} {message.priority.name.lower()}"
    send(text, answers=message)


def flood(message, argument):
    for number in range(int(argument)):
        send(str(number), answers=message)


def fill(message, argument):
    taken = 0
    while True:
        try:
            send("full", answers=message, timeout=0)
            taken += 1
        except SendError as error:
            send(f"filled {taken} {error.why}", answers=message)
            return


def big(message, argument):
    try:
        send(b"x" * int(argument), answers=message)
    except SendError as error:
        if error.why != "too-large":
            raise
        send("too-large", answers=message)


def timeout(message, argument):
    try:
        other = ringhost.receive(timedelta(milliseconds=int(argument)))
    except TimeoutError:
        send("timeout", answers=message)
        return
    if other is None:
        raise Done
    send(other.bytes, answers=message)


def batch(message, argument):
    received = ringhost.receive_batch(int(argument))
    if received is None:
        raise Done
    ringhost.send_batch(Outgoing(other.bytes, answers=other) for other in received)
    send(f"batch {len(received)}", answers=message)


def keep(message, argument):
    global kept
    kept = message


def release(message, argument):
    global kept
    if kept is not None:
        send("released", answers=kept)
    kept = None
    send("release", answers=message)


def log(message, argument):
    level, _, words = argument.partition(" ")
    ringhost.log(words, level)
    send("logged", answers=message)


def say(message, argument):
    print(argument)
    send("printed", answers=message)


COMMANDS = {
    "fail": fail,
    "trap": trap,
    "spin": spin,
    "poll": poll,
    "life": life,
    "who": who,
    "envelope": envelope,
    "flood": flood,
    "fill": fill,
    "big": big,
    "timeout": timeout,
    "batch": batch,
    "keep": keep,
    "release": release,
    "log": log,
    "print": say,
}


def run():
    for message in ringhost.messages():
        command, _, argument = message.bytes.decode(errors="replace").partition(" ")
        obey = COMMANDS.get(command)
        try:
            if obey is None:
                send(message.bytes, answers=message)
            else:
                obey(message, argument)
        except Done:
            return
        except SendError as error:
            if error.why != "terminating":
                raise
            return
