"""Smooths what many sensors measure, by a function that stays on the device: it keeps an average of each from message
to message.

A message is JSON, one number of each sensor: ``[8, 16, 0, 4]``, and its answer their averages. The function is in
compute.wat.
"""

from array import array

from ringhost.compute import ComputeError, Space, launch

SENSORS = 4
SHARE = 0.125


class Averages:
    """Made with the first message: before that the kernel is not on a host yet."""

    made = None

    def __init__(self):
        space = Space(1 << 16)
        measured, averages, answer = (space.allocate("f", SENSORS) for _ in range(3))
        smooth = launch("smooth", SENSORS, SHARE, measured, averages, answer)
        self.resident = space.reside(smooth, measured, answer)
        self.held = space, measured, averages, answer


def serve(message):
    # What JSON has no number for is null.
    measured = array("f", (float("nan") if number is None else number for number in message.json()))
    if len(measured) != SENSORS:
        raise ValueError(f"there are {SENSORS} sensors")
    if Averages.made is None:
        Averages.made = Averages()
    try:
        return Averages.made.resident.ask(measured).tolist()
    except ComputeError as error:
        if error.kind != "trap":
            raise
        raise ValueError(f"sensor {error.item} measured no number: {error}") from None
