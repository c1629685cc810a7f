"""The studio's index as a copy of a workspace that follows behind it. No HTTP here."""

from __future__ import annotations

from bisect import insort

from .world import Job, JobState, Workspace


class Entry:
    """One job as the copy knows it; `payload` is its JSON, made when first asked for."""

    __slots__ = ("job", "payload", "state")

    def __init__(self, job: Job, state: JobState) -> None:
        self.job = job
        self.state = state
        self.payload: bytes | None = None

    @property
    def sort_key(self) -> tuple[float, str]:
        """Order of creation."""
        return self.job.sort_key


class Replica:
    """A copy that applies each change once it is `lag` seconds old, and never goes back.

    Raising the lag later delays what comes; it doesn't hide what has been shown. `stamp` grows
    whenever the copy changes, so that results can be kept until then.
    """

    def __init__(self, workspace: Workspace, lag: float) -> None:
        self.workspace = workspace
        self.lag = lag
        self.stamp = 0
        self.experiments: dict[str, list[Entry]] = {}
        self.cache: dict[object, tuple[int, list[Entry]]] = {}
        self._entries: dict[Job, Entry] = {}
        self._changes = 0
        self._seeded = 0

    def catch_up(self, now: float) -> None:
        """Applies seeded jobs at once and changes that are old enough."""
        seeded = self.workspace.seeded
        while self._seeded < len(seeded):
            self._apply(*seeded[self._seeded])
            self._seeded += 1
        changes = self.workspace.changes
        while self._changes < len(changes) and changes[self._changes][0] <= now - self.lag:
            _, job, state = changes[self._changes]
            self._apply(job, state)
            self._changes += 1

    def forget_payloads(self) -> None:
        """Drops all prepared JSON, after the shape of entities was changed."""
        for entry in self._entries.values():
            entry.payload = None

    def _apply(self, job: Job, state: JobState) -> None:
        self.stamp += 1
        entry = self._entries.get(job)
        if entry is not None:
            entry.state = state
            entry.payload = None
            return
        entry = self._entries[job] = Entry(job, state)
        entries = self.experiments.setdefault(job.experiment, [])
        last = entries[-1].job if entries else job
        if last.created < job.created or last.sort_key <= job.sort_key:
            entries.append(entry)
        else:
            insort(entries, entry, key=lambda each: each.sort_key)
