"""What a caller may do, from the permissions of its roles: the rules of Azure RBAC."""

from __future__ import annotations

import pytest

from reconciler.targets.azureml.checkup.permissions import RIGHTS, Permission, may

SUBMIT = "Microsoft.MachineLearningServices/workspaces/jobs/write"
CANCEL = "Microsoft.MachineLearningServices/workspaces/jobs/cancel/action"
READ = "Microsoft.MachineLearningServices/workspaces/jobs/read"

OWNER = Permission(["*"], [])
READER = Permission(["*/read"], [])
CONTRIBUTOR = Permission(
    ["*"], ["Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"]
)
DATA_SCIENTIST = Permission(
    [
        "Microsoft.MachineLearningServices/workspaces/*/read",
        "Microsoft.MachineLearningServices/workspaces/*/action",
        "Microsoft.MachineLearningServices/workspaces/*/delete",
        "Microsoft.MachineLearningServices/workspaces/*/write",
    ],
    [
        "Microsoft.MachineLearningServices/workspaces/delete",
        "Microsoft.MachineLearningServices/workspaces/write",
        "Microsoft.MachineLearningServices/workspaces/computes/*/write",
        "Microsoft.MachineLearningServices/workspaces/computes/*/delete",
        "Microsoft.MachineLearningServices/workspaces/computes/listKeys/action",
    ],
)


@pytest.mark.parametrize("role", [OWNER, CONTRIBUTOR, DATA_SCIENTIST])
def test_owners_contributors_and_data_scientists_may_do_all_that_is_needed(
    role: Permission,
) -> None:
    assert [right.check for right in RIGHTS if not may([role], right.action)] == []


def test_readers_may_read_and_nothing_else() -> None:
    allowed = [right.check for right in RIGHTS if may([READER], right.action)]
    assert allowed == ["read-jobs", "read-computes"]


def test_nobody_may_do_anything_without_a_role() -> None:
    assert not any(may([], right.action) for right in RIGHTS)


@pytest.mark.parametrize(
    ("pattern", "action", "matches"),
    [
        (SUBMIT, SUBMIT, True),
        (SUBMIT.upper(), SUBMIT, True),
        ("*", CANCEL, True),
        ("*/action", CANCEL, True),
        ("*/write", CANCEL, False),
        ("Microsoft.MachineLearningServices/*", CANCEL, True),
        ("Microsoft.MachineLearningServices/workspaces/jobs/*", SUBMIT, True),
        ("Microsoft.MachineLearningServices/workspaces/jobs/*/action", CANCEL, True),
        ("Microsoft.MachineLearningServices/workspaces/jobs", SUBMIT, False),
        ("Microsoft.MachineLearningServices/workspaces/jobs/writes", SUBMIT, False),
        ("MicrosoftXMachineLearningServices/workspaces/jobs/write", SUBMIT, False),
        ("Microsoft.MachineLearningServices/workspaces/[j]obs/write", SUBMIT, False),
        ("", SUBMIT, False),
    ],
)
def test_a_star_stands_for_any_characters_and_nothing_else_is_special(
    pattern: str, action: str, matches: bool
) -> None:
    assert may([Permission([pattern])], action) is matches
    assert may([Permission(["*"], [pattern])], action) is not matches


def test_what_one_role_takes_away_another_may_still_give() -> None:
    without = Permission(["*"], ["*/write"])
    assert not may([without], SUBMIT)
    assert may([without, DATA_SCIENTIST], SUBMIT)
    assert may([DATA_SCIENTIST, without], SUBMIT)


def test_many_stars_take_no_time() -> None:
    assert not may([Permission(["*" * 200 + "x"])], READ)
