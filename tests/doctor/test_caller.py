"""Whose token it is, where the token says so; a token that can't be read says nothing."""

from __future__ import annotations

import base64
import json

import pytest

from reconciler.targets.azureml.checkup.caller import Caller, caller_of


def token(claims: object) -> str:
    content = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{content}.signature"


def test_a_person_has_a_name_and_an_object_id() -> None:
    caller = caller_of(token({"oid": "1234", "upn": "ada@example.org"}))
    assert caller == Caller("1234", "ada@example.org")
    assert str(caller) == "ada@example.org, object id 1234"


def test_a_service_principal_has_an_object_id_alone() -> None:
    assert str(caller_of(token({"oid": "1234", "appid": "5678"}))) == "object id 1234"


@pytest.mark.parametrize(
    "text", ["", "opaque", "a.b", "a.!!!.c", "a.e30.c", token([]), token({"oid": 7}), "a.\xff.c"]
)
def test_a_token_that_is_read_otherwise_says_nothing(text: str) -> None:
    assert caller_of(text) == Caller()
    assert str(Caller()) == ""


def test_what_a_token_says_stays_on_one_line() -> None:
    assert caller_of(token({"upn": "a\nb\x1b[31m"})).name == "a b [31m"
