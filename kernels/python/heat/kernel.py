"""Lets heat spread along a rod, every point of it at once, on a GPU or on all CPU cores.

A message is JSON: ``{"rod": [0, 16, 0], "steps": 2}``. The function is in compute.wat.
"""

from array import array

from ringhost.compute import ComputeError, Space, launch


def serve(message):
    request = message.json()
    rod = array("d", request["rod"])
    steps = request["steps"]
    try:
        return spread(rod, steps).tolist()
    except ComputeError as error:
        if error.kind != "trap":
            raise
        raise ValueError(f"point {error.item} is no number: {error}") from None


def spread(rod, steps):
    last = max(len(rod) - 1, 0)
    # Room for both, and for what lies between them.
    with Space(2 * len(rod) * rod.itemsize + 4096) as space:
        with space.buffer(rod) as old, space.allocate("d", len(rod)) as new:
            there = launch("step", len(rod), last, old, new)
            back = launch("step", len(rod), last, new, old)
            with space.plan(there, back) as plan, plan.run(steps // 2) as event:
                event.wait()
            if steps % 2:
                space.run(there)
                return new.read()
            return old.read()
