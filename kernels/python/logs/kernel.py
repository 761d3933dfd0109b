"""Parses lines of a web server's log with a regular expression and answers each with its parts."""

import re
from datetime import datetime

LINE = re.compile(
    r'(?P<host>\S+) \S+ (?P<user>\S+) \[(?P<time>[^]]+)\] '
    r'"(?P<method>\w+) (?P<path>\S+) [^"]*" (?P<status>\d{3}) (?P<bytes>\d+|-)'
)


def serve(message):
    for line in message.text().splitlines():
        found = LINE.match(line)
        if found is None:
            yield {"unknown": line}
            continue
        parts = found.groupdict()
        time = datetime.strptime(parts["time"], "%d/%b/%Y:%H:%M:%S %z")
        yield {
            "host": parts["host"],
            "time": time.isoformat(),
            "path": parts["path"],
            "status": int(parts["status"]),
            "bytes": 0 if parts["bytes"] == "-" else int(parts["bytes"]),
        }
