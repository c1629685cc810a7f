"""The way to a key in nested mappings, written for people: `task.environment_variables.HOME`."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def key_path(*keys: str | int) -> str:
    """`keys` joined by dots; a place in a list is `[0]`, a key with other characters is quoted.

    Every path has one meaning: `key_path("tags", "a.b")` is `tags."a.b"`.
    """
    written: list[str] = []
    for key in keys:
        if isinstance(key, int):
            written.append(f"[{key}]")
        else:
            name = key if _PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)
            written.append(f".{name}" if written else name)
    return "".join(written)
