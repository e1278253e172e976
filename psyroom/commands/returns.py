"""What the bureau asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psyroom.commands.opening import Answer, drive, open_room


def return_list(options: Any) -> Answer:
    from psyroom.services import returns

    with open_room(options) as room:
        answer = [{"name": r.code, "title": r.title} for r in returns.list_returns(room)]
    return 0, answer, "\n".join(f"{r['name']}  {r['title']}" for r in answer)


def return_make(options: Any) -> Answer:
    from psyroom.services import returns

    with open_room(options) as room:
        files = [str(f) for f in drive(returns.make(room, options.name, options.term, Path(options.out)))]
    return 0, {"files": files}, "\n".join(files)
