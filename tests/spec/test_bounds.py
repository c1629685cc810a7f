"""Few lines can't ask for all memory: what region sets multiply and what is unread is bounded."""

from __future__ import annotations

import pytest

from reconciler.spec import resolving

from .conftest import WORKFORCE, Refuse

SET = "kind: RegionSet\nname: fleet\nregions: {laptop: {}, tower: {}}\n"


def test_regions_of_all_workforces_are_counted_together(
    refused: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "MOST_REGIONS", 5)
    takes_set = WORKFORCE.replace("regions: {laptop: {}}", "region_set: fleet")
    workforces = [takes_set.replace("name: w", f"name: w{number}") for number in range(4)]
    assert refused(SET, *workforces) == [
        "specs/spec.yaml:17:1: kind: the workforces up to this one have over 5 regions together"
    ]


@pytest.mark.parametrize("inside", ["[" + "x, " * 1_001 + "]", "{b: [" + "{}, " * 1_000 + "]}"])
def test_what_is_handed_on_unread_is_counted_at_any_depth(inside: str, refused: Refuse) -> None:
    task = f"{{command: x, extra: {{a: {inside}}}}}"
    assert refused(WORKFORCE.replace("{command: sleep 1}", task)) == [
        "specs/spec.yaml:3:27: task.extra: has more than 1000 entries"
    ]
