"""Reads a year and its flow from a line of text: the first typed stage of kernels/pipelines/nile.toml."""

import re

from messages import Year

LINE = re.compile(r"\s*(?P<year>\d{1,4})\s+(?P<flow>\d+(\.\d+)?)\s*")


def serve(message):
    line = message.text()
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"{line!r} is not a year and a flow, such as 1871 1120")
    return Year(
        year=int(found["year"]),
        flow=float(found["flow"]),
        # The stages behind this one fill in the rest.
        level=0.0,
        rank=0,
        mean=0.0,
        change=0,
        score=0.0,
        bar="",
        notes=[],
    )
