"""Spec files as people write them: hypothesis draws a right one in a random layout.

Keys come in any order, blocks are indented by anything, and there are comments, quotes, anchors,
block texts and blank lines wherever YAML allows them. Every comment begins with `#c` and a number
of its own, and no text holds such a word, so that comments can be counted without a parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import strategies as st

DESIRED = 314159
"""The desired count of the workforce `hello`. The digits are nowhere else in the file."""

COMMENT = re.compile(r"#c\d+[^\r\n]*")

_TEXTS = [
    *["work", "écho 日本", "a b", "0123", "1.10", "true", "no: thing", "it's", 'say "hi"', "a #b"],
    *["-x", "*a", "\U0001f600 up", "{target}", "tab\tbed", "a\\b"],
]
_BLOCK_LINES = ["work", "  more", "", "# no comment", "日本: 1", "- x", "  ", "ends  "]
_PLAIN = re.compile(r"[^\W\d_][\w ]*")


def spec_files(*, has_unknown_keys: bool = False) -> st.SearchStrategy[str]:
    """A file with a project, two targets and the workforce `hello`.

    A file takes hundreds of choices, of which hypothesis makes the seed: to make each of them
    would take most of the time of a test.
    """
    seeds = st.integers(0, 2**32 - 1)
    return seeds.map(lambda seed: spec_file(Random(seed), has_unknown_keys=has_unknown_keys))


def spec_file(random: Random, *, has_unknown_keys: bool) -> str:
    project = {"kind": "Project", "name": "science", "safety": {"max_hires": 200}}
    targets = {
        "kind": "Targets",
        "defaults": {"local": {"slots": 7}},
        "targets": {"laptop": {"local": {"slots": 4}}, "spare": {}},
    }
    few = random.sample(_TEXTS, 3)  # so that some are there twice, and may be aliases
    tags = {key: random.choice(few) for key in "abcd"[: random.randint(0, 4)]}
    workforce: dict[str, Any] = {
        "kind": "Workforce",
        "name": "hello",
        "task": {"command": random.choice(few), "tags": tags, "limits": {"timeout": 90}},
        "scale": {"desired": DESIRED, "tasks_per_worker": random.randint(1, 20)},
        "priority": random.randint(-5, 5),
        "regions": {"laptop": random.choice([{}, {"min": 1, "weight": 2}]), "spare": {}},
        "layoffs": "graceful",
    }
    if has_unknown_keys:
        workforce["zoo"] = [1, "work", {"b": 1, "a": [2, [3, 4], {}]}, []]
        workforce["Ape"] = {"b": None, "a": random.choice(few)}
    documents = random.sample([project, targets, workforce], 3)
    written = _Writer(random)
    for number, document in enumerate(documents):
        if number or random.random() < 0.5:
            written.comments(0)
            written.add("---" + written.note())
        written.anchors.clear()
        written.map(document, 0)
        written.comments(0)
    end = random.choice(["\n", "\r\n"])
    text = end.join(written.lines)
    # A block text that ends with the file can't be told from one whose last line was cut off.
    return text + (end if written.ends_in_block_text else random.choice(["", end]))


@dataclass
class _Writer:
    random: Random
    lines: list[str] = field(default_factory=list)
    comment_count: int = 0
    anchor_count: int = 0
    anchors: dict[str, str] = field(default_factory=dict)
    """By the text that has it; an alias may stand for that text later in the document."""
    ends_in_block_text: bool = False
    keeps_blank_lines: bool = False

    def add(self, line: str) -> None:
        self.lines.append(line)
        self.ends_in_block_text = self.keeps_blank_lines = False

    def chance(self, of: int) -> bool:
        """True once in `of` times."""
        return bool(self.random.randint(0, of - 1) == of - 1)

    def comment(self) -> str:
        self.comment_count += 1
        return f"#c{self.comment_count} {self.random.choice(['so', 'a: b', 'é', '---'])}"

    def note(self) -> str:
        """Perhaps a comment at the end of a line, or spaces."""
        if self.chance(4):
            return " " * self.random.randint(1, 4) + self.comment()
        return "  " if self.chance(6) else ""

    def comments(self, column: int) -> None:
        """Perhaps comments and blank lines, about as far in as what comes next."""
        if not self.chance(3):
            return
        for _ in range(self.random.randint(1, 3)):
            if self.chance(2):
                in_block_text = self.ends_in_block_text
                off = 0 if in_block_text else self.random.choice([0, 0, 0, 1, 3])
                self.add(" " * (column + off) + self.comment())
            elif not self.keeps_blank_lines:
                self.lines.append(self.random.choice(["", "", "   "]).rstrip())

    def map(self, value: dict[str, Any], column: int, first: str | None = None) -> None:
        """A block map. `first` begins the line of its first key, behind a dash."""
        for key in self.random.sample(list(value), len(value)):
            if first is None:
                self.comments(column)
            start = " " * column if first is None else first
            first = None
            quote = self.random.choice(["", "", "", "'", '"'])
            self.value(f"{start}{quote}{key}{quote}:", value[key], column)
        if self.chance(5):
            self.comments(column)

    def list(self, value: list[Any], column: int) -> None:
        for item in value:
            self.comments(column)
            dash = " " * column + "-"
            if isinstance(item, dict) and item and self.chance(2):
                spaces = self.random.randint(1, 3)
                self.map(item, column + 1 + spaces, dash + " " * spaces)
            else:
                self.value(dash, item, column)

    def value(self, start: str, value: Any, column: int) -> None:
        """A value behind `start`, which is a key or a dash at `column`."""
        space = " " * self.random.choice([1, 1, 1, 2, 5])
        is_block_text = value in _TEXTS and self.chance(3)
        if isinstance(value, str) and value in self.anchors and self.chance(2):
            self.add(f"{start}{space}*{self.anchors[value]}{self.note()}")
            return
        anchor = ""
        if self.chance(4 if isinstance(value, str) else 6) and value is not None:
            self.anchor_count += 1
            anchor = f"&n{self.anchor_count} "
            if isinstance(value, str) and not is_block_text:
                self.anchors[value] = f"n{self.anchor_count}"
        if isinstance(value, (dict, list)) and value and self.chance(2):
            self.add(start + (space + anchor.strip() if anchor else "") + self.note())
            step = self.random.randint(1, 6)
            if isinstance(value, dict):
                self.map(value, column + step)
            else:
                is_key = not start.endswith("-")
                self.list(value, column + (self.random.choice([0, step]) * is_key or step))
        elif is_block_text:
            self.block_text(start + space + anchor, column)
        elif value is None:
            self.add(start + self.note())
        elif self.chance(6) and not anchor:
            self.add(start + self.note())
            self.comments(column + 1)
            self.add(" " * (column + self.random.randint(1, 4)) + self.flow(value) + self.note())
        else:
            self.add(start + space + anchor + self.flow(value) + self.note())

    def flow(self, value: Any) -> str:
        """A value on one line."""
        if value in ({}, []):
            return str(value)
        gap = " " * self.random.randint(0, 2)
        if isinstance(value, dict):
            pairs = [f"{key}: {self.flow(value[key])}" for key in value]
            return "{" + gap + f",{gap} ".join(pairs) + gap + "}"
        if isinstance(value, list):
            return "[" + gap + f",{gap} ".join(self.flow(one) for one in value) + gap + "]"
        if not isinstance(value, str):
            return "null" if value is None else str(value)
        style = self.random.choice(["plain", "single", "double"])
        if style == "plain" and _PLAIN.fullmatch(value) and value not in ("true", "null"):
            return value
        if style == "single" and "\t" not in value:
            return "'" + value.replace("'", "''") + "'"
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        return f'"{escaped}"'

    def block_text(self, start: str, column: int) -> None:
        chomping = self.random.choice(["", "-", "+"])
        step = self.random.randint(1, 5)
        lines = ["work", *self.random.choices(_BLOCK_LINES, k=self.random.randint(1, 4))]
        has_indicator = self.chance(2)
        if has_indicator:
            lines.insert(0, "  first")
        header = self.random.choice("|>") + (str(step) if has_indicator else "") + chomping
        self.add(start + header + self.note())
        for line in lines:
            self.lines.append(" " * (column + step) + line)
        self.ends_in_block_text = True
        self.keeps_blank_lines = chomping == "+"
