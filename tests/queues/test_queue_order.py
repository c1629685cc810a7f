"""What a queue gives out, in which order, and what it counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from queue_bench import counts

from reconciler.queues.local import LONGEST_COMMAND_BYTES, LocalQueue
from reconciler.values.errors import UserError


def claimed(queue: LocalQueue) -> list[str]:
    commands = []
    while claim := queue.claim():
        commands.append(claim.command)
    return commands


def test_messages_come_out_in_the_order_they_went_in(queue):
    queue.push(["c", "a"])
    queue.push(["b", "a"])
    assert claimed(queue) == ["c", "a", "b", "a"]


def test_a_released_message_keeps_its_place(queue):
    queue.push(["first", "second"])
    queue.release(queue.claim())
    assert claimed(queue) == ["first", "second"]


def test_a_queue_that_nobody_has_pushed_to_is_empty_and_asking_makes_no_file(queue):
    assert counts(queue) == (0, 0, 0)
    assert queue.claim() is None
    assert not queue.path.parent.exists()


def test_size_counts_what_waits_and_what_is_in_flight(queue):
    queue.push(["a", "b", "c"])
    first = queue.claim()
    queue.claim()
    assert counts(queue) == (1, 2, 0)
    queue.complete(first)
    assert counts(queue) == (1, 1, 0)


def test_size_has_the_time_at_which_it_was_counted(queue):
    at = LocalQueue(queue.path, clock=lambda: 86_400.0).size().at
    assert at == datetime(1970, 1, 2, tzinfo=UTC)


def test_push_answers_with_the_size_that_includes_it(queue):
    queue.push(["a"])
    queue.claim()
    size = queue.push(["b", "c"])
    assert (size.visible, size.in_flight) == (2, 1)


def test_a_completed_message_is_gone_for_good(queue):
    queue.push(["a"])
    claim = queue.claim()
    assert queue.complete(claim)
    assert counts(queue) == (0, 0, 0)
    assert not queue.complete(claim)


def test_only_the_latest_claim_can_complete_extend_or_release_a_message(queue):
    queue.push(["a"])
    old = queue.claim()
    queue.release(old)
    queue.claim()
    assert not queue.complete(old)
    assert not queue.extend(old)
    assert not queue.release(old)
    assert counts(queue) == (0, 1, 0)


def test_each_claim_says_which_attempt_it_is(queue):
    queue.push(["a"])
    first = queue.claim()
    queue.release(first)
    assert (first.attempt, queue.claim().attempt) == (1, 2)


def test_a_message_may_hold_any_text_that_a_shell_can_be_given(queue):
    commands = ["echo 'ü 漢 \U0001f40d'", "a\nb\tc", "x" * LONGEST_COMMAND_BYTES, "'; DROP TABLE"]
    queue.push(commands)
    assert claimed(queue) == commands


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("echo \0", "NUL"),
        ("echo \udcff", "UTF-8"),
        ("ü" * (LONGEST_COMMAND_BYTES // 2 + 1), "bytes"),
    ],
    ids=["empty", "blank", "nul", "not-utf-8", "too-long"],
)
def test_a_command_that_no_shell_takes_is_refused_with_its_place_and_nothing_is_pushed(
    queue, command, reason
):
    with pytest.raises(UserError, match=f"command 2 .*{reason}") as error:
        queue.push(["true", command])
    assert error.value.remedy
    assert counts(queue) == (0, 0, 0)
