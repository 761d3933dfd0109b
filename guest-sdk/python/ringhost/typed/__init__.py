"""Typed messages: what the build makes of ``messages.json`` stands on this.

The encoding is postcard's. See ``_scalars`` for what a type is here.
"""

from ._named import Case, Malformed, Record, Side, Value, Variant, decode, encode
from ._parts import List, Map, Option, Pairs, Some, Tuple
from ._scalars import (
    BOOL,
    BYTES,
    CHAR,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    I128,
    STRING,
    U8,
    U16,
    U32,
    U64,
    U128,
    UNIT,
)
