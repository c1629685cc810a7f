"""Telling secrets among the values of live jobs, so that what is written down holds none.

Judged by what a value looks like, and for variables by their names too. Rather one value too many
is taken for a secret: whoever reads the spec can write it out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

WITHHELD = "***"
"""What stands in a text in the place of a secret."""

_NAMES = re.compile(
    r"(?:^|[_-])(?:KEY|APIKEY|SECRETS?|TOKEN|PASSWORD|PASSWD|PASSPHRASE|SAS|CREDENTIALS?"
    r"|CONNECTION_?STRING|CONN_?STR)$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"[0-9.]*|true|false|yes|no|on|off|none|null", re.IGNORECASE)

_VALUES = re.compile(
    r"""
    (?P<kept>
        \b(?:account|shared\s?access|instrumentation|primary|secondary|api)[_-]?key\s*=\s*
      | \bsharedaccesssignature\s*=\s*
      | \b(?:client[_-]?secret|password|passwd|pwd)\s*=\s*
      | (?:^|[?&;\s'"])sig=
      | ://[^/\s:@'"]{0,200}:(?=[^/\s@'"]{1,500}@)
    )
    [^\s;&'"@]+
    | -----BEGIN\ [A-Z ]{0,40}PRIVATE\ KEY-----(?:.*?-----END\ [A-Z ]{0,40}-----|.*)
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    | \b(?:ghp_|gho_|ghs_|github_pat_|glpat-|hf_|sk-|xox[abps]-|AKIA)[A-Za-z0-9_-]{16,}
    | (?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}
    | (?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)(?![A-Za-z0-9+/=])
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""Parts of connection strings, signatures of shared access, passwords in URLs, private keys, JWTs,
tokens of well-known services, client secrets of Entra, keys of storage accounts and buses."""


def is_secret(name: str, value: str) -> bool:
    """Whether the value of a variable looks like a secret."""
    if _VALUES.search(value):
        return True
    return _NAMES.search(name) is not None and not _HARMLESS.fullmatch(value)


def without_secrets(text: str) -> str:
    """A text with `WITHHELD` in the place of what looks like a secret."""
    return _VALUES.sub(lambda match: (match["kept"] or "") + WITHHELD, text)


def withheld(value: object) -> object:
    """Plain values at any depth, without the secrets that their texts hold."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {key: withheld(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [withheld(inner) for inner in value]
    return value
