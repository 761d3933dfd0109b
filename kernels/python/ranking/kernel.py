"""Ranks points by how well they fit weights, on a GPU or on all CPU cores, by the host's own operations alone.

A message is JSON: ``{"points": [[1, 2], [3, 4]], "weights": [1, 1]}``, and its answer the points from the best on,
by number, what each scores, the scores added up, and how much of all those up to each have.
"""

from array import array

from ringhost.compute import Space, copy, gemm, reduce, scan, sort


def serve(message):
    request = message.json()
    points = array("d", [number for point in request["points"] for number in point])
    weights = array("d", request["weights"])
    count = len(request["points"])
    with Space(64 * (len(points) + len(weights) + count) + 65536) as space:
        with space.buffer(points) as a, space.buffer(weights) as b, space.buffer(array("I", range(count))) as order:
            with space.allocate("d", count) as scores, space.allocate("d", count) as sums, space.allocate("d", 1) as sum:
                space.run(
                    gemm(count, 1, len(weights), a, b, scores),
                    sort(scores, values=order, descending=True),
                    copy(scores, sums),
                    scan("sum", sums, sums),
                    reduce("sum", scores, sum),
                )
                return {
                    "order": order.read().tolist(),
                    "scores": scores.read().tolist(),
                    "sum": sum.read()[0],
                    "sums": sums.read().tolist(),
                }
