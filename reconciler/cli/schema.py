"""`reconciler schema`: the JSON schema of the specs."""

from __future__ import annotations

from reconciler.cli import output
from reconciler.cli.help import described
from reconciler.outcomes import Exit

HELP = described(
    "Print the JSON schema of the specs. Editors that speak yaml-language-server take it "
    "from a first line `# yaml-language-server: $schema=PATH`, and then complete and "
    "explain every key.",
    examples=["reconciler schema"],
)


def schema() -> int:
    from reconciler.spec.schema import json_schema

    output.show_json(json_schema())
    return Exit.DONE
