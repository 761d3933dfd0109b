"""Sends back what it receives, by the bindings that componentize-py makes of the contract."""

import wit_world
from componentize_py_types import Err
from wit_world.imports import messaging
from wit_world.imports.types import Outgoing


class WitWorld(wit_world.WitWorld):
    def run(self) -> None:
        while True:
            try:
                message = messaging.receive(None)
            except Err:
                return
            messaging.send(Outgoing(message.payload, None, None), None)
