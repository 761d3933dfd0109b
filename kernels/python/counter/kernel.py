"""Adds up: a handler with a state that the host can take out and put into another kernel."""

total = 0


def handle(message):
    global total
    command, _, argument = message.bytes.partition(b" ")
    if command == b"fail":
        raise RuntimeError(argument.decode())
    if command == b"add":
        total += int(argument)
        return str(total)
    return message.bytes


def snapshot():
    return str(total)


def restore(state):
    global total
    try:
        total = int(state)
    except ValueError:
        raise ValueError(f"{state.decode(errors='replace')} is no total") from None
