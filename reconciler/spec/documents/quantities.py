"""Times, sizes, prices and variable names as they stand in specs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from reconciler.spec.documents.base import Document, Text
from reconciler.values.duration import Duration
from reconciler.values.money import MOST_USD, usd
from reconciler.values.size import Size

_NO_SECRET: Final = "should be {from_env: NAME}: a secret doesn't stand in a spec"
_NO_VARIABLE: Final = "is not the name of a variable: letters, digits and '_', no digit first"
_WORD = re.compile(r"[A-Za-z0-9_$-]{0,40}")
_LONGEST_TIME = 100 * 365 * 86_400
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")


def _read_timeout(value: Any) -> Duration:
    if isinstance(value, int) and not isinstance(value, bool):
        if value > _LONGEST_TIME:
            raise ValueError("is longer than a hundred years")
        return _at_least_a_second(Duration(value))
    if isinstance(value, (str, Duration)):
        return _read_duration(value)
    raise ValueError("should be a time like 90s, 2h or 14d, or a whole number of seconds")


def _read_duration(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    if not isinstance(value, str):
        raise ValueError("should be a time with a unit, like 90s, 2h or 14d")
    return _at_least_a_second(Duration.parse(value))


def _at_least_a_second(duration: Duration) -> Duration:
    if duration.seconds < 1:
        raise ValueError("should be at least one second")
    return duration


def _read_size(value: Any) -> Size:
    if isinstance(value, Size):
        return value
    if not isinstance(value, str):
        raise ValueError("should be a size with a unit, like 256m, 256MiB or 2g")
    size = Size.parse(value)
    if size.bytes < 1:
        raise ValueError("should be more than nothing")
    return size


def _read_usd(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PydanticCustomError("float_type", "a number")
    return usd(value)


def _check_environment_name(text: str) -> str:
    if not _VARIABLE.fullmatch(text):
        if _WORD.fullmatch(text):
            raise ValueError(_NO_VARIABLE)
        # Not a ValueError, which comes with the value: this may be the secret itself.
        raise PydanticCustomError("own", f"{_NO_VARIABLE}; a secret doesn't stand in a spec")
    return text


def _no_secret(value: Any) -> Any:
    if isinstance(value, (str, int, float)):
        raise PydanticCustomError("own", _NO_SECRET)
    return value


_WITH_UNIT = {"type": "string", "pattern": "^([0-9]+[dhms])+$"}

Timeout = Annotated[
    Duration,
    BeforeValidator(_read_timeout),
    PlainSerializer(str),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": _LONGEST_TIME}, _WITH_UNIT]}
    ),
]
"""A length of time with a unit; a bare whole number is seconds, as in AzureML's own job YAML."""

DurationValue = Annotated[
    Duration, BeforeValidator(_read_duration), PlainSerializer(str), WithJsonSchema(_WITH_UNIT)
]
"""A length of time, always with a unit."""

SizeValue = Annotated[
    Size,
    BeforeValidator(_read_size),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+([bB]|[kKmMgGtT]([iI]?[bB])?)$"}),
]
"""An amount of memory with a unit."""

Usd = Annotated[
    Decimal,
    BeforeValidator(_read_usd),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": MOST_USD}),
]
"""US dollars."""


class FromEnv(Document):
    """A value that isn't in the spec: the variable of whoever applies that holds it.

    It is read at apply, and only where its name is allowed there; no output shows the value.
    """

    from_env: Annotated[Text, AfterValidator(_check_environment_name)] = Field(
        description="The name of the environment variable, of whoever applies, with the value.",
        examples=["APPLICATIONINSIGHTS_CONNECTION_STRING"],
    )


Secret = Annotated[FromEnv, BeforeValidator(_no_secret)]
"""A secret, by the name of the variable that holds it."""
