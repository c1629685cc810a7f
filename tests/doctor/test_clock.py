"""How far this machine's clock is off, by the Date header of an answer."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from reconciler.model.findings import Verdict
from reconciler.targets.azureml.checkup.clock import judged, skew

NOW = 1_800_000_000.0


def header(seconds: float) -> dict[str, str]:
    return {"Date": formatdate(NOW + seconds, usegmt=True)}


def test_a_service_with_the_same_time_has_no_skew() -> None:
    assert skew(header(0), NOW, NOW + 0.2) == 0


def test_the_headers_whole_seconds_are_no_skew() -> None:
    assert skew(header(0), NOW + 0.9, NOW + 0.95) == 0


def test_a_slow_answer_is_no_skew() -> None:
    assert skew(header(9), NOW, NOW + 9.5) == 0
    assert skew(header(1), NOW, NOW + 9.5) == 0


def test_the_sign_says_who_is_ahead() -> None:
    assert skew(header(400), NOW, NOW + 1) == 399
    assert skew(header(-400), NOW, NOW + 1) == -399


@pytest.mark.parametrize("headers", [{}, {"Date": ""}, {"Date": "yesterday"}])
def test_an_answer_without_a_date_says_nothing(headers: dict[str, str]) -> None:
    assert skew(headers, NOW, NOW) is None


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (0, Verdict.OK),
        (59, Verdict.OK),
        (-59, Verdict.OK),
        (60, Verdict.WARNING),
        (-300, Verdict.WARNING),
        (301, Verdict.FAILED),
        (-301, Verdict.FAILED),
    ],
)
def test_from_one_minute_it_warns_and_above_five_it_fails(seconds: float, verdict: Verdict) -> None:
    assert judged(seconds)[0] is verdict


def test_the_sentence_says_which_way() -> None:
    assert "7 min behind" in judged(420)[1]
    assert "90 s ahead of" in judged(-90)[1]
