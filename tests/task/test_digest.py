"""Digests of tasks: fixed for ever, blind to order and to where the spec lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.workforce import Task
from reconciler.task.declared import declared, from_declared
from reconciler.task.digest import task_digest
from reconciler.values.duration import Duration
from reconciler.values.immutable import FrozenMap

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("digests.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_workers_in_the_world_carry_these_digests(case: dict[str, Any]) -> None:
    assert task_digest(from_declared(case["task"])) == case["digest"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_a_task_comes_back_from_what_was_declared(case: dict[str, Any]) -> None:
    task = from_declared(case["task"], working_directory="/specs")
    assert from_declared(declared(task), working_directory="/specs") == task
    json.dumps(declared(task))


def test_different_tasks_have_different_digests() -> None:
    digests = {case["digest"] for case in CASES}
    assert len(digests) == len({from_declared(case["task"]) for case in CASES})


def test_the_order_of_keys_does_not_matter() -> None:
    one = Task("x", FrozenMap({"A": "1", "B": "2"}), tags=FrozenMap({"a": "1", "b": "2"}))
    other = Task("x", FrozenMap({"B": "2", "A": "1"}), tags=FrozenMap({"b": "2", "a": "1"}))
    assert task_digest(one) == task_digest(other)


def test_where_the_spec_lies_does_not_matter() -> None:
    assert task_digest(Task("x", working_directory="/a")) == task_digest(
        Task("x", working_directory="/b")
    )


@pytest.mark.parametrize(
    "changed",
    [
        Task("y", FrozenMap({"A": "1"}), Duration(60), FrozenMap({"t": "u"})),
        Task("x", FrozenMap({"A": "2"}), Duration(60), FrozenMap({"t": "u"})),
        Task("x", FrozenMap({"B": "1"}), Duration(60), FrozenMap({"t": "u"})),
        Task("x", FrozenMap({"A": "1"}), Duration(61), FrozenMap({"t": "u"})),
        Task("x", FrozenMap({"A": "1"}), None, FrozenMap({"t": "u"})),
        Task("x", FrozenMap({"A": "1"}), Duration(60), FrozenMap({"t": "v"})),
        Task("x", FrozenMap({"t": "u"}), Duration(60), FrozenMap({"A": "1"})),
    ],
)
def test_everything_that_is_declared_matters(changed: Task) -> None:
    task = Task("x", FrozenMap({"A": "1"}), Duration(60), FrozenMap({"t": "u"}))
    assert task_digest(changed) != task_digest(task)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"command": 1},
        {"command": "x", "limits": 5},
        {"command": "x", "limits": {"timeout": "2h"}},
        {"command": "x", "limits": {"timeout": True}},
        {"command": "x", "limits": {"timeout": -1}},
        {"command": "x", "environment_variables": ["A"]},
        {"command": "x", "tags": {"a": 1}},
    ],
)
def test_a_damaged_record_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="the record of a task"):
        from_declared(record)


def test_a_record_of_a_later_version_is_read() -> None:
    assert from_declared({"command": "x", "hologram": {"image": "y"}}) == Task("x")
