"""A queue file that can't be used: one sentence with file and remedy, and nothing made worse."""

from __future__ import annotations

import ctypes
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from queue_bench import counts

from reconciler.queues import queue_file
from reconciler.values.errors import UserError

OPERATIONS = {
    "push": lambda queue: queue.push(["true"]),
    "claim": lambda queue: queue.claim(),
    "size": lambda queue: queue.size(),
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def refused(queue, operation):
    """The error of `operation`, which names the file and has a remedy."""
    with pytest.raises(UserError) as caught:
        operation(queue)
    assert str(queue.path) in caught.value.message
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    return caught.value.message


def by_hand(queue, *statements):
    """Change the queue's file as someone might with the sqlite3 shell."""
    with closing(sqlite3.connect(queue.path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def with_a_claim(queue):
    queue.push(["a", "b"])
    queue.claim()


def not_sqlite(queue):
    queue.path.parent.mkdir(parents=True)
    queue.path.write_bytes(b"this is a letter to my aunt\n" * 200)


def cut_short(queue):
    queue.push(["x" * 50_000])
    queue.path.write_bytes(queue.path.read_bytes()[:20_000])


def overwritten(queue):
    queue.push(["true"])
    content = queue.path.read_bytes()
    queue.path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


def of_another_program(queue):
    queue.path.parent.mkdir(parents=True)
    by_hand(queue, "CREATE TABLE bookmarks (url TEXT)")


def of_a_later_version(queue):
    queue.push(["true"])
    by_hand(queue, "PRAGMA user_version = 99")


def without_a_table(queue):
    queue.push(["true"])
    by_hand(queue, "DROP TABLE dead_letters", "DROP TABLE messages")


def with_an_owner_changed_by_hand(queue):
    with_a_claim(queue)
    by_hand(queue, "UPDATE messages SET owner = 'me' WHERE claim IS NOT NULL")


def with_an_owner_of_the_wrong_shape(queue):
    with_a_claim(queue)
    by_hand(queue, "UPDATE messages SET owner = '[1, 2]' WHERE claim IS NOT NULL")


FILES = {
    not_sqlite: "is not a queue",
    cut_short: "is damaged",
    overwritten: "is damaged",
    of_another_program: "is another program's database",
    of_a_later_version: "has format 99",
    without_a_table: "can't be used",
    with_an_owner_changed_by_hand: "is no owner",
    with_an_owner_of_the_wrong_shape: "is no owner",
}


@every_operation
@pytest.mark.parametrize(
    ("damage", "words"), FILES.items(), ids=[damage.__name__ for damage in FILES]
)
def test_a_file_that_is_not_a_sound_queue_is_named_and_left_as_it_is(
    queue, damage, words, operation
):
    damage(queue)
    before = queue.path.read_bytes()
    assert words in refused(queue, operation)
    assert queue.path.read_bytes() == before


def test_values_that_a_queue_never_writes_can_not_be_set_by_hand(queue):
    with_a_claim(queue)
    with pytest.raises(sqlite3.IntegrityError):
        by_hand(queue, "UPDATE messages SET deadline = 'soon' WHERE claim IS NOT NULL")
    with pytest.raises(sqlite3.IntegrityError):
        by_hand(queue, "UPDATE messages SET command = x'ff'")


def test_text_that_is_not_utf_8_is_damage(queue):
    queue.push(["a"])
    by_hand(queue, "UPDATE messages SET command = CAST(x'ff' AS TEXT)")
    assert "is damaged" in refused(queue, OPERATIONS["claim"])


@every_operation
def test_a_folder_in_the_files_place(queue, operation):
    queue.path.mkdir(parents=True)
    assert "is a folder" in refused(queue, operation)


@pytest.mark.parametrize("operation", [OPERATIONS["claim"], OPERATIONS["size"]])
def test_a_file_in_the_folders_place_is_not_taken_for_an_empty_queue(queue, operation):
    queue.path.parent.parent.mkdir()
    queue.path.parent.touch()
    assert "can't be opened" in refused(queue, operation)


def test_a_file_in_the_folders_place_when_pushing(queue):
    queue.path.parent.parent.mkdir()
    queue.path.parent.touch()
    with pytest.raises(UserError, match=rf"folder {queue.path.parent} .*can't be made"):
        queue.push(["true"])


@every_operation
def test_a_file_that_another_program_holds(queue, operation, monkeypatch):
    monkeypatch.setattr(queue_file, "BUSY_SECONDS", 0.05)
    queue.push(["true"])
    holder = sqlite3.connect(queue.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert "held by another program" in refused(queue, operation)
    holder.execute("ROLLBACK")
    holder.close()
    operation(queue)


def test_a_full_disk_refuses_the_push_and_keeps_what_was_there(queue, monkeypatch):
    queue.push(["a"])
    connect = queue_file._connect

    def on_a_disk_with_no_room(path):
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 1")  # as low as what the file has now
        return connection

    monkeypatch.setattr(queue_file, "_connect", on_a_disk_with_no_room)
    assert "disk is full" in refused(queue, lambda queue: queue.push(["x" * 1000] * 100))
    assert counts(queue) == (1, 0, 0)


def test_a_file_that_may_not_grow_refuses_the_push_and_keeps_what_was_there(bench, queue):
    queue.push(["a"])
    limit = queue.path.stat().st_size

    def allow_no_larger_file():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    code = "from reconciler.queues.local import local_queue as q; q('tasks').push(['x' * 9999] * 9)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=bench.environment,
        preexec_fn=allow_no_larger_file,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "UserError" in done.stderr
    assert f"queue file {queue.path} can't be " in done.stderr
    assert counts(queue) == (1, 0, 0)


PRINT_ERRORS = """
from reconciler.queues.local import local_queue
from reconciler.values.errors import UserError
queue = local_queue("tasks")
for operation in (lambda: queue.push(["a"]), queue.claim):
    try:
        operation()
    except UserError as error:
        print(error)
"""


def obey_permissions():
    """Have root obey them too, from its next program on: PR_CAPBSET_DROP of CAP_DAC_OVERRIDE."""
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


@pytest.mark.parametrize("where", ["file", "folder"])
def test_a_file_that_may_not_be_written_names_the_right_that_is_missing(bench, queue, where):
    queue.push(["a"])
    if where == "file":
        queue.path.chmod(0o444)
    else:
        queue.path.parent.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", PRINT_ERRORS],
        env=bench.environment,
        preexec_fn=obey_permissions,
        capture_output=True,
        text=True,
        check=False,
    )
    queue.path.parent.chmod(0o755)
    queue.path.chmod(0o644)
    said = done.stdout.splitlines()
    assert len(said) == 2, done.stderr
    assert all(str(queue.path) in line and "give yourself the right" in line for line in said)
    assert counts(queue) == (1, 0, 0)
