"""Doubles numbers: the first kernel to read."""

from messages import Request, Response


def serve(message):
    request = message.read(Request)
    return Response(result=wrapped(request.value * 2))


def wrapped(number):
    """What 64 bits hold of a number."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)
