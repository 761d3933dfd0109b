"""Reads a value of every type and writes it again: for the tests. What is no such value is answered
with the words that say so.
"""

from messages import Everything
from ringhost.typed import Malformed


def serve(message):
    try:
        return message.read(Everything)
    except Malformed as error:
        return str(error)
