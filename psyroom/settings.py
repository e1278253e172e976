"""What this account of this computer remembers about the window: nothing about any child, nothing of the room's contents."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from psyroom.paths import config_folder


@dataclass
class Settings:
    """Window settings. `rooms`: folders opened before, newest first; `text_size` in percent; idle lock in minutes."""

    rooms: list[str] = field(default_factory=list)
    text_size: int = 100
    theme: str = "system"  # system, light, dark
    idle_minutes: int = 5
    last_person: str = ""

    @classmethod
    def load(cls) -> Settings:
        folder = config_folder()
        if folder is None:
            return cls()
        try:
            raw: dict[str, Any] = json.loads((folder / "settings.json").read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return cls()
        known = {k: v for k, v in raw.items() if k in cls.__dataclass_fields__}
        return cls(**known)

    def save(self) -> None:
        folder = config_folder()
        if folder is None:
            return
        beside = folder / "settings.json.new"
        beside.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), "utf-8")
        beside.replace(folder / "settings.json")

    def remember_room(self, folder: str) -> None:
        self.rooms = [folder, *(r for r in self.rooms if r != folder)][:8]
        self.save()
