"""The time line on paper or as a file: through the one dialog by which anything with names leaves the room."""

from __future__ import annotations

from psyroom.services import timeline, timeline_print
from psyroom.store.room import Room
from psyroom.ui.pages.export_dialog import MASK, MASK_WORDS, ExportDialog, Files, Leaving, ask_to_leave
from psyroom.ui.window import Shell

BODIES, BODIES_WORDS = "bodies", "带上写的内容"
KIND = "学生经过记录"


def leave_timeline(shell: Shell, room: Room, student: str, kinds: tuple[str, ...] = ()) -> ExportDialog:
    """Open the dialog with the kinds this student's time line has; `kinds`: of them only these are ticked, empty for all."""
    there = {line.kind for line in timeline.of(room, student)}
    parts = {kind: words for kind, words in timeline.KINDS.items() if kind in there}

    def make(ticks: frozenset[str]) -> Files:
        chosen = [kind for kind in parts if kind in ticks]
        return timeline_print.made(room, student, chosen, bodies=BODIES in ticks, mask=MASK in ticks)

    ticks = {BODIES: BODIES_WORDS, MASK: MASK_WORDS}
    dialog = ask_to_leave(shell, Leaving(KIND, (student,), make, parts, ticks))
    if kinds:
        for kind in parts:
            dialog.checks[kind].set_value(kind in kinds)
        dialog.remake()
    return dialog
