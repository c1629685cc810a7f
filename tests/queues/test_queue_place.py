"""Where a queue's file lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.queues.local import local_queue
from reconciler.values.errors import UserError


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for variable in ("RECONCILER_STATE_DIR", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", "/home/me")


def test_without_variables_it_is_under_the_home_folder():
    assert local_queue("q").path == Path("/home/me/.local/state/reconciler/queues/q.sqlite")


def test_xdg_state_home_moves_it(monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/xdg")
    assert local_queue("q").path == Path("/xdg/reconciler/queues/q.sqlite")


def test_the_projects_own_variable_comes_first_and_is_taken_as_it_stands(monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/xdg")
    monkeypatch.setenv("RECONCILER_STATE_DIR", "/own/$HOME/~")
    assert local_queue("q").path == Path("/own/$HOME/~/queues/q.sqlite")


def test_an_empty_variable_is_no_variable(monkeypatch):
    monkeypatch.setenv("RECONCILER_STATE_DIR", "")
    monkeypatch.setenv("XDG_STATE_HOME", "")
    assert local_queue("q").path.is_relative_to("/home/me/.local/state")


@pytest.mark.parametrize("variable", ["RECONCILER_STATE_DIR", "XDG_STATE_HOME", "HOME"])
def test_a_relative_folder_is_refused_because_it_depends_on_where_one_stands(monkeypatch, variable):
    monkeypatch.setenv(variable, "state")
    with pytest.raises(UserError) as caught:
        local_queue("q")
    assert caught.value.remedy
    assert "absolute" in str(caught.value)


@pytest.mark.parametrize("name", ["", "A", "-a", "a/b", "..", "a.b", "ä", "a\n", "a" * 41])
def test_a_name_that_breaks_the_rule_for_names_is_refused_with_the_rule(name):
    with pytest.raises(UserError, match="lower-case letters, digits and hyphens"):
        local_queue(name)


@pytest.mark.parametrize("name", ["a", "0", "a-b-", "a" * 40])
def test_a_name_within_the_rule_is_taken(name):
    assert local_queue(name).path.name == f"{name}.sqlite"


def test_only_the_owner_may_look_into_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RECONCILER_STATE_DIR", str(tmp_path))
    local_queue("q").push(["secret"])
    assert (tmp_path / "queues").stat().st_mode & 0o777 == 0o700
