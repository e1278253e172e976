"""No test, and no process a test starts, opens an internet socket.

Python loads this file by itself where its folder stands on PYTHONPATH; `tests/conftest.py` loads it for the tests' own
process. An audit hook sees every socket, whoever makes it, and cannot be taken off again. What was refused is also noted
in the file that PSYROOM_REFUSED_SOCKETS names, so that a test fails even if the product swallowed the error.
"""

from __future__ import annotations

import os
import socket
import sys
import traceback

_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")


class NetworkRefused(RuntimeError):
    """Somebody tried to reach the network."""


def _watch(event: str, args: tuple[object, ...]) -> None:
    if not event.startswith("socket."):
        return
    if (event == "socket.__new__" and args[1] in _FAMILIES) or event in _LOOK_UPS:
        if notes := os.environ.get("PSYROOM_REFUSED_SOCKETS"):
            caller = "".join(traceback.format_stack(limit=4)[:-1])
            with open(notes, "a", encoding="utf-8") as out:
                out.write(f"{event} in {' '.join(sys.argv[:2])}\n{caller}\n")
        raise NetworkRefused(event)


sys.addaudithook(_watch)
