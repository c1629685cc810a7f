"""`scale`: how many workers a workforce should have, or a region may have, set in its spec file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reconciler.editing.comparing import Difference, differences
from reconciler.editing.finding import (
    AUTO,
    Current,
    FoundWorkforce,
    current_value,
    find_workforce,
    line_of,
)
from reconciler.editing.key_order import shape_of
from reconciler.editing.nodes import AliasNode, MapNode
from reconciler.editing.setting import Cut, cuts
from reconciler.editing.writing import replace_file, require_inside
from reconciler.model.positions import Position
from reconciler.spec.loading import load
from reconciler.spec.needs import refuse_needs
from reconciler.spec.parsing import parse
from reconciler.values.errors import UserError
from reconciler.values.key_path import key_path

_AMOUNT = re.compile(r"([+-]?)([0-9]{1,9})")
_MOST_DIFFERENCES = 1_000


@dataclass(frozen=True, slots=True)
class Amount:
    """What is asked for: a number, or `auto`, or a number more or fewer than now."""

    text: str
    change: int | None = None
    """How many more than now; None where the amount doesn't depend on what it is now."""

    @classmethod
    def parse(cls, text: str) -> Amount:
        """Read `5`, `+2`, `-2` or `auto`. Raises UserError for anything else."""
        if text == AUTO:
            return cls(text)
        found = _AMOUNT.fullmatch(text)
        if not found:
            raise UserError(
                f"{text!r} is no number of workers",
                "give a number like 5, a difference like +2 or `-- -2`, or auto",
            )
        return cls(text, int(text)) if found[1] else cls(str(int(text)))


@dataclass(frozen=True, slots=True)
class Scaled:
    """A value that was set, or was right already. `before` None: nothing was set anywhere."""

    position: Position
    path: tuple[str, ...]
    before: str | None
    after: str
    origin: str | None = None
    """Where the value before came from, if not from its own place."""
    also: tuple[str, ...] = ()
    """Other keys that changed with it, because they are aliases of it."""
    is_changed: bool = True

    def lines(self) -> list[str]:
        """What was done: `specs/hello.yaml:12: scale.desired: 3 → 5`."""
        place = f"{self.position.file}:{self.position.line}: {key_path(*self.path)}"
        origin = f" ({self.origin})" if self.origin else ""
        if not self.is_changed:
            return [f"{place}: {self.after} already{origin}"]
        first = f"{place}: {self.before or 'not set'}{origin} → {self.after}"
        return [first, *(f"{one} is an alias of it, and changes with it" for one in self.also)]


def scale(
    paths: Sequence[str], workforce: str, amount: Amount, region: str | None = None
) -> Scaled:
    """Set `scale.desired` of a workforce in its spec file, or the `max` of one of its regions.

    Only the one value is written; what is inherited from elsewhere (Defaults, an alias, a region
    set) is overridden in the workforce's own document. The specs are checked as they would be
    before the file is replaced. Raises UserError, with the file untouched: where there is no such
    workforce or region, where the amount can't be had, and where the specs would not be right.
    """
    path = ("scale", "desired") if region is None else ("regions", region, "max")
    found = find_workforce(paths, workforce)
    current = current_value(paths, found, path, region)
    after = _wanted(amount, current, path)
    # A number in quotes is a text, and is written anew.
    if after == (AUTO if current.text == AUTO else str(current.number)):
        origin = current.origin
        return Scaled(current.position, path, after, after, origin, is_changed=False)
    cut, also = _cut(found, path, after)
    data = found.encoded(cut.applied_to(found.text))
    _rehearse(paths, workforce, found, data, f"{key_path(*path)}: {after}")
    require_inside(found.file.path, [Path(one) for one in paths])
    replace_file(found.file.path, found.data, data, name=found.file.name)
    line = line_of(cut.applied_to(found.text), cut.start + cut.value_at)
    position = Position(found.file.name, line)
    return Scaled(position, path, current.text, after, current.origin, also)


def _rehearse(
    paths: Sequence[str], workforce: str, found: FoundWorkforce, data: bytes, change: str
) -> None:
    """Check the specs as they would be with `data` in the file, and that they can be planned.

    Raises UserError where they aren't right, or where the workforce then needs what this version
    can't do.
    """
    try:
        edited = load(paths, only=[workforce], instead={os.path.realpath(found.file.path): data})
        refuse_needs(edited.specs, acting=False)
    except UserError as error:
        raise UserError(
            f"with {change} the specs would not be right:\n{error.message}", "nothing was written"
        ) from error


def _wanted(amount: Amount, current: Current, path: tuple[str, ...]) -> str:
    """The value to write. Raises UserError where it can't be told from what is there now."""
    what = key_path(*path)
    if amount.change is None:
        return amount.text
    if current.number is None:
        raise UserError(
            f"{what} is {current.text or 'not set'}, so that there is no number to which "
            f"{amount.text} could be added",
            "give a number without a sign",
        )
    wanted = current.number + amount.change
    if wanted < 0:
        raise UserError(f"{what} is {current.text}: {amount.text} would make it {wanted}, below 0")
    return str(wanted)


def _cut(found: FoundWorkforce, path: tuple[str, ...], value: str) -> tuple[Cut, tuple[str, ...]]:
    """The first cut after which the file reads as before but for the one value.

    Also the other places that change with it, because they are aliases of it.
    """
    shape = shape_of("Workforce")
    assert shape is not None
    before = parse(found.file.name, found.data).documents
    for cut in cuts(found.text, found.root, shape, path, value):
        edited = parse(found.file.name, found.encoded(cut.applied_to(found.text)))
        if edited.issues or len(edited.documents) != len(before):
            continue
        changed: list[Difference] = []
        is_elsewhere = False
        for place, (one, other) in enumerate(zip(before, edited.documents, strict=True)):
            here = list(islice(differences(one.root, other.root), _MOST_DIFFERENCES))
            is_elsewhere = is_elsewhere or (place != found.place and bool(here))
            changed += here
        if is_elsewhere or not _is_wanted(changed, path, value, found):
            continue
        return cut, tuple(sorted(key_path(*one.path) for one in changed if one.path != path))
    raise UserError(
        f"{found.source.locate(*path)}: {key_path(*path)} can't be set here without changing more",
        "set it by hand",
    )


def _is_wanted(
    changed: list[Difference], path: tuple[str, ...], value: str, found: FoundWorkforce
) -> bool:
    if not any(one.path == path for one in changed):
        return False
    others = [one for one in changed if one.path != path]
    return not others or (
        all(one.after == value for one in others) and _is_anchored(found.root, path)
    )


def _is_anchored(root: MapNode, path: tuple[str, ...]) -> bool:
    """Whether the value at `path`, or a map that holds it, has an anchor."""
    here: object = root
    for key in path:
        pair = here.find(key) if isinstance(here, MapNode) else None
        if pair is None:
            return False
        here = pair[1]
        if not isinstance(here, AliasNode) and getattr(here, "anchor", None) is not None:
            return True
    return False
