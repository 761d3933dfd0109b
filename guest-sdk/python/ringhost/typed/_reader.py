"""Reading bytes that may come from anybody: nothing is taken by a length that they claim."""

SPARE = 65536
"""How many elements that take no bytes a message may have: their number alone says nothing."""


class Fault(Exception):
    """What is wrong with a value. It gathers where on its way out."""

    def __init__(self, problem: str, at: int | None = None) -> None:
        self.problem = problem
        self.at = at
        self.path: list[str] = []

    def within(self, step: str) -> "Fault":
        """Says that it is in this part of a value."""
        self.path.append(step)
        return self

    def words(self) -> str:
        path = "".join(reversed(self.path)).lstrip(".")
        problem = self.problem
        if path:
            problem += f' inside field "{path}"' if problem == "ends" else f' in field "{path}"'
        elif problem == "ends":
            problem = "ends too early"
        return problem if self.at is None else f"{problem} (at byte {self.at})"


class Reader:
    """Bytes, and how far they have been read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.spare = SPARE

    def take(self, count: int, start: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise Fault("ends", start)
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def varint(self, bits: int, what: str) -> int:
        start, number = self.at, 0
        for shift in range(0, bits, 7):
            byte = self.take(1, start)[0]
            number |= (byte & 0x7F) << shift
            if number >> bits:
                break
            if byte < 0x80:
                return number
        raise Fault(f"has no {what}", start)

    def count(self, what: str, empty: bool) -> int:
        """The number of elements that follow: not more than there can be."""
        start = self.at
        count = self.varint(64, what)
        if not empty:
            if count > len(self.data) - self.at:
                raise Fault("ends", start)
        elif count > self.spare:
            raise Fault("has too many elements", start)
        else:
            self.spare -= count
        return count

    def flag(self, what: str) -> bool:
        start = self.at
        byte = self.take(1, start)[0]
        if byte > 1:
            raise Fault(f"has no {what}", start)
        return byte == 1

    def text(self, what: str) -> str:
        start = self.at
        try:
            return self.take(self.varint(64, what), start).decode()
        except UnicodeDecodeError:
            raise Fault(f"has no {what}", start) from None
