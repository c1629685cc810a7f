"""Differences of tasks, in the terms of the spec's fields."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.plan import FieldChange
from reconciler.model.workforce import Task
from reconciler.task.differences import differences
from reconciler.values.duration import Duration
from reconciler.values.immutable import FrozenMap, frozen


def test_equal_tasks_do_not_differ() -> None:
    task = Task("x", FrozenMap({"A": "1"}), Duration(60), FrozenMap({"t": "u"}))
    assert differences(task, task) == ()


def test_each_field_that_differs_is_one_change_by_path() -> None:
    before = Task("a", FrozenMap({"A": "1", "GONE": "x"}), Duration(3600), FrozenMap({"t": "1"}))
    after = Task("b", FrozenMap({"A": "2", "NEW": ""}), Duration(5400), FrozenMap({"t": "2"}))
    assert differences(before, after) == (
        FieldChange("task.command", "a", "b"),
        FieldChange("task.environment_variables.A", "1", "2"),
        FieldChange("task.environment_variables.GONE", "x", None),
        FieldChange("task.environment_variables.NEW", None, ""),
        FieldChange("task.limits.timeout", "1h", "1h30m"),
        FieldChange("task.tags.t", "1", "2"),
    )


def test_a_map_that_was_empty_is_told_key_by_key() -> None:
    assert differences(Task("a"), Task("a", FrozenMap({"A": "1", "B": "2"}), Duration(5))) == (
        FieldChange("task.environment_variables.A", None, "1"),
        FieldChange("task.environment_variables.B", None, "2"),
        FieldChange("task.limits.timeout", None, "5s"),
    )


def test_odd_keys_are_quoted() -> None:
    after = Task("a", tags=FrozenMap({"a.b": "1", "with space": "2", "__private": "3", 'q"': "4"}))
    assert [change.path for change in differences(Task("a"), after)] == [
        'task.tags."a.b"',
        'task.tags."q\\""',
        'task.tags."with space"',
        "task.tags.__private",
    ]


def test_keys_of_the_job_are_told_one_by_one() -> None:
    before = Task("a", job=frozen_job({"resources": {"shm_size": "1g"}, "environment": "a:1"}))
    after = Task(
        "a",
        secret_variables=FrozenMap({"KEY": "SECRET"}),
        job=frozen_job(
            {
                "code": "sha256:00",
                "environment": {"image": "b"},
                "resources": {"shm_size": "2g", "locations": ["x"]},
                "identity": {"type": "managed"},
            }
        ),
    )
    assert differences(before, after) == (
        FieldChange("task.code", None, "sha256:00"),
        FieldChange("task.environment", "a:1", '{"image": "b"}'),
        FieldChange("task.environment_variables.KEY", None, "from SECRET"),
        FieldChange("task.identity.type", None, "managed"),
        FieldChange("task.resources.locations", None, '["x"]'),
        FieldChange("task.resources.shm_size", "1g", "2g"),
    )


def frozen_job(keys: dict[str, object]) -> FrozenMap[str, object]:
    return FrozenMap({key: frozen(value) for key, value in keys.items()})


def test_where_the_spec_lies_is_no_difference() -> None:
    assert differences(Task("a", working_directory="/a"), Task("a", working_directory="/b")) == ()


TEXT_MAPS = st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=4), max_size=5)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TEXT_MAPS, TEXT_MAPS)
def test_every_key_that_differs_is_told_once(old: dict[str, str], new: dict[str, str]) -> None:
    changes = differences(Task("a", FrozenMap(old)), Task("a", FrozenMap(new)))
    expected = {
        (old.get(key), new.get(key)): 0 for key in {*old, *new} if old.get(key) != new.get(key)
    }
    assert {(change.before, change.after) for change in changes} == set(expected)
    assert len(changes) == sum(old.get(key) != new.get(key) for key in {*old, *new})


def test_deepdiff_is_imported_only_for_a_comparison() -> None:
    code = (
        "import sys, reconciler.task.differences, reconciler.task.digest, reconciler.task.declared;"
        "sys.exit('deepdiff' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
