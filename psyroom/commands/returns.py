"""What the bureau asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psyroom.commands.opening import Answer, WrongUse, drive, open_room


def return_list(options: Any) -> Answer:
    from psyroom.services import returns

    with open_room(options) as room:
        answer = [{"name": r.code, "title": r.title} for r in returns.list_returns(room)]
    return 0, answer, "\n".join(f"{r['name']}  {r['title']}" for r in answer)


def return_make(options: Any) -> Answer:
    from psyroom.services import returns

    ticks = {tick for tick, asked in ((returns.NAMES, options.names), (returns.GRADES, options.by_grade)) if asked}
    with open_room(options) as room:
        wanted = next((one for one in returns.list_returns(room) if one.code == options.name), None)
        asks = bool(ticks) or (wanted is not None and wanted.one_by_one)
        if asks and not (options.reason and options.receiver):
            raise WrongUse("写姓名或一人一行的报表要说明去向：--reason 为什么交出去，--to 交给谁")
        if not asks or wanted is None:
            paths = drive(returns.make(room, options.name, options.term, Path(options.out)))
        elif not wanted.names:
            raise WrongUse(f"“{wanted.title}”不写姓名，不用 --names 和 --by-grade")
        else:
            made = returns.preview(room, wanted.code, options.term, ticks=ticks)
            paths = returns.leave(room, made, Path(options.out), reason=options.reason, receiver=options.receiver)
    files = [str(path) for path in paths]
    return 0, {"files": files}, "\n".join(files)
