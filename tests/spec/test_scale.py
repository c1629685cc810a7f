"""Bounds, policies, and the sizes and prices that specs hold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reconciler.model.scale import Auto, Fallback
from reconciler.values.money import usd
from reconciler.values.size import Size

from .conftest import WORKFORCE, Load, Refuse

QUEUE = "queue: {local: {name: tasks}}\n"


def scaled(scale: str, regions: str = "{laptop: {}}") -> str:
    return WORKFORCE.replace("{desired: 1}", scale).replace("{laptop: {}}", regions)


@pytest.mark.parametrize(
    ("scale", "regions", "error"),
    [
        ("{desired: 5, min: 6}", "{laptop: {}}", "4:18: scale.desired: is 5, below the min of 6"),
        ("{desired: 5, max: 4}", "{laptop: {}}", "4:18: scale.desired: is 5, above the max of 4"),
        ("{desired: 5, min: 9, max: 4}", "{laptop: {}}",
         "4:26: scale.min: is 9, above the max of 4"),
        ("{desired: 2, max: 4}", "{laptop: {min: 3}, tower: {min: 2}}",
         "4:26: scale.max: is 4, below the 5 that the regions' min add up to"),
        ("{desired: auto}", "{laptop: {}}",
         "4:18: scale.desired: is auto, which follows the length of a queue: set `queue`, or a "
         "number here"),
        ("{desired: 1, policy: {lader: {}}}", "{laptop: {}}",
         "4:30: scale.policy.lader: is no policy: there is ladder (did you mean 'ladder'?)"),
        ("{desired: 1, policy: {}}", "{laptop: {}}",
         "4:29: scale.policy: needs one key, the policy: ladder"),
        ("{desired: 1, policy: {ladder: {growth: 3}}}", "{laptop: {}}",
         "4:39: scale.policy.ladder.growth: is not a key here: there are rungs and growth_factor"),
        ("{desired: 1, policy: {ladder: {rungs: {many: 3}}}}", "{laptop: {}}",
         "4:46: scale.policy.ladder.rungs: 'many' is no rung: write the number above which it "
         "counts"),
        ("{desired: 1, fallback: most}", "{laptop: {}}",
         "4:31: scale.fallback: should be hold, min or a whole number, not the text 'most'"),
        ("{desired: 1}", "{laptop: {usd_per_hour: -1}}",
         "5:34: regions.laptop.usd_per_hour: should be from 0 to 1000000 dollars, not -1"),
        ("{desired: 1}", "{laptop: {usd_per_hour: .nan}}",
         "5:34: regions.laptop.usd_per_hour: should be from 0 to 1000000 dollars, not nan"),
        ("{desired: 1}", "{laptop: {compute: es}}",
         "5:29: regions.laptop.compute: a local target is its own compute: remove this key"),
    ],
)  # fmt: skip
def test_limits_that_can_not_hold_are_refused(
    scale: str, regions: str, error: str, refused: Refuse
) -> None:
    assert refused(scaled(scale, regions)) == [f"specs/spec.yaml:{error}"]


def test_a_max_that_the_regions_can_not_fill_is_doubtful(load_specs: Load) -> None:
    loaded = load_specs(scaled("{desired: 1, max: 9}", "{laptop: {max: 3}, tower: {max: 4}}"))
    assert [str(one) for one in loaded.warnings] == [
        "specs/spec.yaml:4:26: scale.max: is 9, above the 7 that the regions' max add up to"
    ]


def test_auto_has_a_policy_with_its_settings(load_specs: Load) -> None:
    scale = "{desired: auto, fallback: 3, policy: {ladder: {growth_factor: 2, rungs: {10: 5}}}}"
    (one,) = load_specs(scaled(scale) + QUEUE).specs.workforces
    assert isinstance(one.auto, Auto)
    assert (one.auto.policy, one.auto.fallback) == ("ladder", 3)
    assert one.auto.settings["growth_factor"] == 2
    assert one.auto.settings["rungs"] == {"10": 5}
    (plain,) = load_specs(scaled("{desired: auto}") + QUEUE).specs.workforces
    assert plain.auto is not None
    assert plain.auto.fallback is Fallback.HOLD


@pytest.mark.parametrize(
    ("text", "size", "written"),
    [
        ("256m", 256 << 20, "256m"),
        ("256MB", 256 << 20, "256m"),
        ("256MiB", 256 << 20, "256m"),
        ("1024k", 1 << 20, "1m"),
        ("1536m", 1536 << 20, "1536m"),
        ("2T", 2 << 40, "2048g"),
        ("5b", 5, "5b"),
        ("0g", 0, "0b"),
    ],
)
def test_sizes_mean_what_docker_takes_them_for(text: str, size: int, written: str) -> None:
    assert Size.parse(text) == Size(size)
    assert str(Size(size)) == written


@pytest.mark.parametrize("text", ["256", "m", "256x", "1.5g", "256 m", "5bb", "٥m", "-1m", "9999t"])
def test_other_texts_are_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a size|more memory"):
        Size.parse(text)


def test_prices_are_exact() -> None:
    assert usd(0.31) == Decimal("0.31")
    assert usd(3) == Decimal(3)
