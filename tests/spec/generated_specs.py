"""Right projects over the whole spec format, and their YAML in as many styles as people have.

A project takes hundreds of choices, so hypothesis draws a seed and `Random` makes them. What is
drawn is kept valid by how it is drawn: every experiment holds the names of its workforce and its
target or region, limits of regions lie in ranges that never cross, and so on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

Document = dict[str, Any]
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
FILES = {
    "_job.yml": "$schema: https://example.org/commandJob.schema.json\ntype: command\n"
    "command: from the file\ncode: src\nenvironment: azureml:dft@latest\n"
    "environment_variables: {FROM_FILE: 0123, LEVEL: file}\nresources: {shm_size: 1g}\n",
    "src/work.py": "print()\n",
    "_conda.yml": "name: dft\n",
    "docker/Dockerfile": "FROM scratch\n",
}
"""Beside every project, for its tasks to name."""


class AsWritten(str):
    """A text that YAML would read as something else, and that is a text where it stands."""

    __slots__ = ()


_TEXTS = (
    *("work", "écho 日本", "a b", "it's", 'say "hi"', "a #b", "no: thing", "-x", "*a", "&a", "!x"),
    *("\U0001f600 up", "{target}", "tab\tbed", "a\\b", "line\nmore\n", "line\n\nlast", "ends\n\n"),
    *("30%", "@x", "`x", "? x", "[x", "${{inputs.data}}", " spaces ", "", "null", "x" * 120),
)
_AS_WRITTEN = tuple(
    map(AsWritten, ("0123", "1.10", "true", "NO", "3:30", "0x1F", "1_000", ".inf", "1e3", "007"))
)
_TIMES = ("90s", "2h", "14d", "1h30m")


@dataclass(frozen=True)
class _Draw:
    random: Random

    def chance(self, share: float = 0.5) -> bool:
        return self.random.random() < share

    def one(self, *values: Any) -> Any:
        return self.random.choice(values)

    def text(self) -> str:
        return str.__str__(self.one(*_TEXTS)) if self.chance(0.7) else self.one(*_AS_WRITTEN)

    def texts(self, *keys: str) -> Document:
        chosen = self.random.sample(keys, self.random.randint(0, len(keys)))
        return {key: self.text() for key in chosen}

    def some(self, share: float = 0.4, **makers: Callable[[], Any]) -> Document:
        """Some of the keys, each with what its maker makes."""
        return {key: make() for key, make in makers.items() if self.chance(share)}


def project(random: Random) -> list[Document]:
    """The documents of a right project, each a plain map."""
    draw = _Draw(random)
    azureml = random.sample(["eastus", "uksouth", "westeurope"], random.randint(1, 3))
    local = random.sample(["laptop", "tower"], random.randint(0, 2))
    documents = [_targets(draw, azureml, local)]
    sets = {}
    for name in random.sample(["fleet", "spots"], random.randint(0, 2)):
        sets[name] = _regions(draw, azureml, local, name)
        documents.append({"kind": "RegionSet", "name": name, "regions": sets[name]})
    if draw.chance():
        documents.append(
            {"kind": "Project", "name": "science", **draw.some(safety=lambda: _safety(draw))}
        )
    if draw.chance():
        documents.append(_defaults(draw))
    for name in random.sample(["relax", "dock", "fold"], random.randint(1, 3)):
        documents.append(_workforce(draw, name, azureml, local, sets))
    random.shuffle(documents)
    return documents


def _targets(draw: _Draw, azureml: list[str], local: list[str]) -> Document:
    defaults: Document = {
        "subscription_id": SUBSCRIPTION,
        "resource_group": "science-rg",
        "workspace": "science-{target}",
    }
    targets: Document = {}
    if draw.chance(0.7):
        defaults["compute"] = draw.one("cpu", "cpu-{target}")
    for name in azureml:
        own = draw.some(
            workspace=lambda: draw.one("Shared", "own-{target}"),
            compute=lambda: "big-{target}",
            resource_group=lambda: "other-rg",
        )
        if "compute" not in defaults:
            own["compute"] = "es"
        targets[name] = {"azureml": own} if own or draw.chance() else {}
    whole: Document = {"azureml": defaults}
    for name in local:
        targets[name] = {"local": draw.some(slots=lambda: draw.random.randint(1, 9))}
    return {"kind": "Targets", "defaults": whole, "targets": targets}


def _regions(draw: _Draw, azureml: list[str], local: list[str], prefix: str) -> Document:
    names = [*azureml, *local]
    regions: Document = {
        name: _region(draw, is_remote=name in azureml)
        for name in draw.random.sample(names, draw.random.randint(1, len(names)))
    }
    if draw.chance():
        target = draw.one(*azureml)
        second = _region(draw, is_remote=True)
        regions[f"{prefix}-more"] = {
            "target": target,
            "experiment": "{workforce}-{region}-of-{target}",
            **second,
        }
    return regions


def _region(draw: _Draw, *, is_remote: bool) -> Document:
    made = draw.some(
        0.3,
        min=lambda: draw.random.randint(0, 2),
        max=lambda: draw.one(5, 40, 200, None),
        weight=lambda: draw.random.randint(1, 9),
        priority=lambda: draw.random.randint(-3, 3),
        usd_per_hour=lambda: draw.one(0.31, 2, 0, 12.5),
        task=lambda: draw.some(
            0.5,
            environment_variables=lambda: draw.texts("REGION", "LEVEL"),
            tags=lambda: draw.texts("bill", "owner"),
            limits=lambda: {"timeout": draw.one(*_TIMES)},
            command=lambda: draw.one("other command", "x: y"),
            resources=lambda: {"instance_count": 2},
        ),
    )
    if is_remote and draw.chance(0.3):
        made["compute"] = draw.one("spot", "{workforce}-{target}", "es-{region}")
    return made


def _safety(draw: _Draw) -> Document:
    return draw.some(max_hires=lambda: 1000, max_running_cancels=lambda: draw.one(7, "30%", "5"))


def _defaults(draw: _Draw) -> Document:
    return {
        "kind": "Defaults",
        **draw.some(
            layoffs=lambda: draw.one("none", "graceful"),
            safety=lambda: _safety(draw),
            scale=lambda: {"tasks_per_worker": 4, "policy": {"ladder": {"growth_factor": 3}}},
            queue=lambda: {"storage": {"account": "common", "name": "tasks"}},
            task=lambda: {
                "environment": {"image": "registry/image:1.10"},
                "tags": draw.texts("bill", "team"),
                "environment_variables": {"SECRET": {"from_env": "SECRET"}, **draw.texts("LEVEL")},
            },
            region_defaults=lambda: draw.some(
                weight=lambda: 2, max=lambda: 30, compute=lambda: "low"
            ),
            adopt=lambda: draw.chance(),
            back_channel=lambda: _channel(draw),
        ),
    }


def _workforce(
    draw: _Draw, name: str, azureml: list[str], local: list[str], sets: dict[str, Document]
) -> Document:
    made: Document = {"kind": "Workforce", "name": name, "task": _task(draw)}
    is_auto = draw.chance(0.4)
    made["scale"] = {
        "desired": "auto" if is_auto else draw.random.randint(10, 90),
        **draw.some(
            tasks_per_worker=lambda: 8,
            min=lambda: draw.random.randint(0, 5),
            max=lambda: draw.random.randint(100, 1000),
            when_queue_empty=lambda: draw.one("stop", "keep"),
            fallback=lambda: draw.one("hold", "min", 3),
            policy=lambda: {"ladder": draw.some(rungs=lambda: {"100": 50, "10": 5})},
        ),
    }
    if is_auto or draw.chance():
        made["queue"] = draw.one(
            {"storage": {"account": "mystorage", "name": name}},
            {"service_bus": {"namespace": "mybus", "queue": name,
                             "connection_string": {"from_env": "BUS"}}},
            {"local": {"name": name}},
        )  # fmt: skip
    taken = draw.one(*sets) if sets and draw.chance(0.7) else None
    own = _regions(draw, azureml, local, "own")
    if taken is not None:
        made["region_set"] = taken
        if draw.chance(0.3):
            own = {}
        removed = draw.one(*sets[taken])
        if draw.chance(0.3) and (sets[taken].keys() | own.keys()) - {removed}:
            own[removed] = None
    if own or taken is None:
        made["regions"] = own
    made |= draw.some(
        0.3,
        mounts=lambda: {"out": {"account": "acc", "container": "results", "link": "/cache/out"}},
        placement=lambda: draw.one("balanced", "weighted", "priority"),
        priority=lambda: draw.random.randint(-9, 9),
        region_defaults=lambda: draw.some(
            0.6, max=lambda: 60, priority=lambda: 1, weight=lambda: 5
        ),
        layoffs=lambda: draw.one("graceful", "pending-only", "cancel", "none"),
        adopt=lambda: draw.chance(),
        back_channel=lambda: _channel(draw),
        safety=lambda: _safety(draw),
    )
    return made


def _channel(draw: _Draw) -> Document:
    topic = {"topic": draw.one("{experiment}", "drains/{workforce}-{region}")}
    bus: Document = {"namespace": "mybus-eu", **(topic if draw.chance() else {})}
    return {
        "service_bus": bus,
        **draw.some(
            speaks=lambda: draw.one("agent", "ai4s-jobq-2", "ai4s-jobq-3"),
            drain_timeout=lambda: draw.one(*_TIMES),
            on_drain_timeout=lambda: draw.one("report", "cancel"),
        ),
    }


def _task(draw: _Draw) -> Document:
    task: Document = {
        "command": draw.one("python -m work", "echo {a} $B\nsecond line\n", "x: y #z")
    }
    if draw.chance(0.3):
        task = {"file": "_job.yml", **(task if draw.chance() else {})}
    return task | draw.some(
        0.3,
        code=lambda: draw.one("src", "azureml:code:1"),
        environment=lambda: draw.one(
            "azureml:dft:7",
            {"image": "registry/image:2026-11", "conda_file": "_conda.yml"},
            {"image": "registry/image", "conda_file": {"name": "dft", "dependencies": ["pip"]}},
            {"build": {"path": "docker"}},
        ),
        environment_variables=lambda: {"KEY": {"from_env": "KEY"}, **draw.texts("A", "LEVEL", "C")},
        inputs=lambda: {"rate": draw.one(0.5, 3, True, "text"), "data": {"path": "src/work.py"}},
        outputs=lambda: {"out": {"type": "uri_folder", "mode": "rw_mount"}},
        distribution=lambda: {"type": "pytorch", "process_count_per_instance": 8},
        resources=lambda: {"shm_size": draw.one("256m", "256MiB", "2g"), "instance_type": "E32"},
        limits=lambda: {"timeout": draw.one(*_TIMES, 3600)},
        identity=lambda: draw.one({"type": "managed"}, {"type": "user_identity"}),
        queue_settings=lambda: {"job_tier": "spot"},
        services=lambda: {"shell": {"type": "ssh", "ssh_public_keys": "ssh-rsa AAAA"}},
        tags=lambda: draw.texts("ProjectID", "bill", "owner"),
        properties=lambda: draw.texts("origin"),
        description=draw.text,
        display_name=lambda: "relax",
        extra=lambda: {"parentJobName": "sweep", "list": [1, [2, {"a": None}], "x"]},
    )


def written(documents: list[Document], random: Random) -> str:
    """The documents as one YAML file, in a random style."""
    lines: list[str] = []
    for number, document in enumerate(documents):
        if number or random.random() < 0.5:
            lines.append("---")
        writer = _Writer(random)
        writer.map(document, 0)
        lines += writer.lines
    end = random.choice(["\n", "\n", "\r\n"])
    return end.join([*lines, ""])


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z][A-Za-z0-9_-]*)*")
_WORDS = frozenset({"true", "false", "null"})


@dataclass
class _Writer:
    random: Random
    lines: list[str] = field(default_factory=list)
    anchors: dict[str, str] = field(default_factory=dict)
    """By what they stand for."""
    anchor_count: int = 0
    is_in_block_text: bool = False
    """Whether a blank line, or a comment further in, would belong to a text."""

    def chance(self, of: int) -> bool:
        return self.random.randrange(of) == 0

    def note(self) -> str:
        return self.random.choice(["  # a comment: {x}", " #"]) if self.chance(8) else ""

    def map(self, value: Document, column: int) -> None:
        indent = " " * column
        for key, one in value.items():
            if self.chance(10) and not self.is_in_block_text:
                self.lines.append(self.random.choice(["", f"{indent}# so: far", f"{indent}  # in"]))
            self.value(f"{indent}{self.key(key)}:", one, column)

    def key(self, key: str) -> str:
        if not re.fullmatch(r"[a-zA-Z_][\w-]*", key) or self.chance(8):
            return f'"{key}"' if self.chance(2) else f"'{key}'"
        return key

    def value(self, start: str, value: Any, column: int) -> None:
        """A value behind `start`, a key or a dash that stands at `column`."""
        self.is_in_block_text = False
        same = f"{type(value).__name__}{value!r}"
        if same in self.anchors and self.chance(2):
            self.lines.append(f"{start} *{self.anchors[same]}{self.note()}")
            return
        mark = ""
        if value is not None and self.chance(8):
            self.anchor_count += 1
            name = f"a{self.anchor_count}"
            mark = f" &{name}"
        is_block = isinstance(value, (dict, list)) and value and not self.chance(3)
        if is_block:
            self.lines.append(start + mark + self.note())
            step = self.random.choice([2, 2, 4, 1])
            if isinstance(value, dict):
                self.map(value, column + step)
            else:
                for item in value:
                    self.value(" " * (column + step) + "-", item, column + step)
        elif isinstance(value, str) and _is_block_text(value) and self.chance(2):
            self.block_text(start + mark, value, column)
        elif value is None and not mark and self.chance(2):
            self.lines.append(start + self.note())
        else:
            self.lines.append(f"{start}{mark} {self.flow(value)}{self.note()}")
        if mark:
            self.anchors[same] = mark[2:]

    def block_text(self, start: str, text: str, column: int) -> None:
        body = text.rstrip("\n")
        ends = len(text) - len(body)
        chomping = ("-", "", "+")[min(ends, 2)]
        self.lines.append(f"{start} |{chomping}")
        self.is_in_block_text = True
        rows = body.split("\n") + [""] * max(ends - 1, 0)
        self.lines += [" " * (column + 2) + row if row else "" for row in rows]

    def flow(self, value: Any) -> str:
        if isinstance(value, dict):
            inner = (f"{self.key(key)}: {self.flow(one)}" for key, one in value.items())
            return "{" + ", ".join(inner) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.flow, value)) + "]"
        if isinstance(value, AsWritten) and self.chance(2):
            return str.__str__(value)
        if isinstance(value, str):
            return self.text(str.__str__(value))
        if isinstance(value, bool):
            return self.random.choice(["true", "True"] if value else ["false", "FALSE"])
        return "null" if value is None else str(value)

    def text(self, text: str) -> str:
        is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
        if is_plain and not self.chance(3):
            return text
        if text.isprintable() and self.chance(2):
            return "'" + text.replace("'", "''") + "'"
        return json.dumps(text, ensure_ascii=False)


def _is_block_text(text: str) -> bool:
    return "\n" in text and not text.startswith((" ", "\n")) and "\t" not in text


def put(folder: Path, files: dict[str, str]) -> None:
    """Write spec files into a folder, and beside them the files that tasks name."""
    for name, text in {**FILES, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def shuffled(value: Any, random: Random) -> Any:
    """The value with the keys of every map in another order."""
    if isinstance(value, dict):
        keys = random.sample(list(value), len(value))
        return {key: shuffled(value[key], random) for key in keys}
    return [shuffled(one, random) for one in value] if isinstance(value, list) else value
