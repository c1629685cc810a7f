"""What is wrong, or doubtful, in spec files, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from reconciler.model.positions import Position
from reconciler.values.errors import UserError

_MOST_SHOWN = 200


@dataclass(frozen=True, order=True, slots=True)
class SpecIssue:
    """One thing to tell about one place. `path` is the way to the key, empty for a whole file."""

    position: Position
    path: str
    message: str

    def __str__(self) -> str:
        what = f"{self.path}: {self.message}" if self.path else self.message
        return f"{self.position}: {what}"


class SpecErrors(UserError):  # noqa: N818  # it stands for many errors
    """Everything that is wrong in the loaded specs, a line each, by file and line."""

    def __init__(self, issues: Iterable[SpecIssue]) -> None:
        self.issues = tuple(sorted(set(issues)))
        lines = [str(issue) for issue in self.issues[:_MOST_SHOWN]]
        if len(self.issues) > _MOST_SHOWN:
            lines.append(f"and {len(self.issues) - _MOST_SHOWN} more errors")
        count = len(self.issues)
        title = f"{count} error{'s' * (count > 1)} in the specs"
        super().__init__("\n".join(lines), title=title)

    def __reduce__(self) -> tuple[type[SpecErrors], tuple[tuple[SpecIssue, ...]]]:
        return (SpecErrors, (self.issues,))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the nearest of the known words, or nothing."""
    near = get_close_matches(word[:60], list(known), n=1, cutoff=0.7)
    return f" (did you mean '{near[0]}'?)" if near else ""


def shorten(text: str, longest: int = 60) -> str:
    """A text for a message: on one line, cut where it is long, what doesn't print escaped."""
    line = text[: longest + 1]
    if not line.isprintable():
        line = "".join(
            one if one.isprintable() else one.encode("unicode_escape").decode() for one in line
        )
    return line if len(line) <= longest else line[: longest - 3] + "..."
