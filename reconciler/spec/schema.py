"""The JSON schema of spec documents: for editors, and for whoever writes specs by program.

Draft 7, which yaml-language-server speaks best. It is of documents as they are written, not as
they are merged: what Defaults, region sets or job files may give isn't required here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.policies.registry import POLICIES, policy
from reconciler.spec.documents import KINDS, model_of
from reconciler.targets.registry import KINDS as TARGET_KINDS
from reconciler.targets.registry import kind as target_kind

Schema = dict[str, Any]

TITLE = "reconciler specs"
_DRAFT = "http://json-schema.org/draft-07/schema#"
_ALWAYS_REQUIRED = {
    "Project": ["kind", "name"],
    "Targets": ["kind", "targets"],
    "RegionSet": ["kind", "name", "regions"],
    "Defaults": ["kind"],
    "Workforce": ["kind", "name"],
    "FromEnv": ["from_env"],
}


def json_schema() -> Schema:
    """One schema for documents of every kind; `kind` says which part of it holds."""
    definitions: Schema = {}
    for name in KINDS:
        _take(name, model_of(name).model_json_schema(), definitions)
    _take_targets(definitions)
    _take_policies(definitions)
    regions = definitions["Workforce"]["properties"]["regions"]
    regions["additionalProperties"] = {"anyOf": [regions["additionalProperties"], {"type": "null"}]}
    regions.pop("minProperties", None)
    for name, definition in definitions.items():
        _require(name, definition)
    return {
        "$schema": _DRAFT,
        "title": TITLE,
        "description": "A document of a reconciler project, by its `kind`.",
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {
                "enum": list(KINDS),
                "description": "What this document declares.",
                "examples": ["Workforce"],
            }
        },
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"$ref": f"#/definitions/{name}"},
            }
            for name in KINDS
        ],
        "definitions": dict(sorted(definitions.items())),
    }


def _take(name: str, schema: Schema, definitions: Schema) -> None:
    """Add a model's schema, and those that it refers to, to the definitions."""
    inner = schema.pop("$defs", {})
    for one, definition in {**inner, name: schema}.items():
        definitions[one] = _tidy(definition)


def _take_targets(definitions: Schema) -> None:
    kinds: Schema = {}
    for name in TARGET_KINDS:
        definition = f"{name}-settings"
        settings = target_kind(name).Settings
        _take(definition, settings.model_json_schema(), definitions)
        definitions[definition].pop("required", None)
        kinds[name] = {
            "$ref": f"#/definitions/{definition}",
            "description": (settings.__doc__ or "").partition("\n")[0],
        }
    targets = definitions["Targets"]["properties"]
    one_kind = {"type": "object", "properties": kinds, "additionalProperties": False}
    targets["defaults"].pop("additionalProperties")
    targets["defaults"].update(properties=kinds, additionalProperties=False)
    targets["targets"]["additionalProperties"] = {**one_kind, "maxProperties": 1}


def _take_policies(definitions: Schema) -> None:
    policies: Schema = {}
    for name in POLICIES:
        definition = f"{name}-settings"
        settings = policy(name).Settings
        _take(definition, settings.model_json_schema(), definitions)
        policies[name] = {
            "$ref": f"#/definitions/{definition}",
            "description": (settings.__doc__ or "").partition("\n")[0],
        }
    choice = definitions["Scale"]["properties"]["policy"]
    choice.update(properties=policies, additionalProperties=False, minProperties=1, maxProperties=1)


def _require(name: str, definition: Schema) -> None:
    """Keep as required only what nothing else can give."""
    if name in _ALWAYS_REQUIRED:
        definition["required"] = _ALWAYS_REQUIRED[name]
    elif "type" in definition.get("required", ()):
        definition["required"] = ["type"]
    else:
        definition.pop("required", None)


def _tidy(value: Any) -> Any:
    """A schema without pydantic's titles, with alternatives that may overlap, in draft 7."""
    if isinstance(value, list):
        return [_tidy(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    tidy: Schema = {}
    for key, inner in value.items():
        if key in ("title", "discriminator"):
            continue
        if key == "properties":
            tidy[key] = {name: _tidy(one) for name, one in inner.items()}
        elif key in ("default", "examples", "const", "enum"):
            tidy[key] = inner
        elif key == "patternProperties":
            # As one rule for names and one for values, a bad name is told as such.
            ((pattern, one),) = inner.items()
            tidy["propertyNames"] = {"pattern": pattern}
            tidy["additionalProperties"] = _tidy(one)
        elif key == "$ref":
            tidy[key] = inner.replace("#/$defs/", "#/definitions/")
        elif key == "oneOf":
            tidy["anyOf"] = [
                one for place, one in enumerate(_tidy(inner)) if one not in _tidy(inner)[:place]
            ]
        else:
            tidy[key] = _tidy(inner)
    default = tidy.get("default")
    if default is None or default in ({}, []) or isinstance(default, dict):
        tidy.pop("default", None)
    return _beside_reference(tidy)


def _beside_reference(schema: Schema) -> Schema:
    """Draft 7 passes over what stands beside a `$ref`: it goes into an `allOf`."""
    if "$ref" not in schema or len(schema) == 1:
        return schema
    return {"allOf": [{"$ref": schema.pop("$ref")}], **schema}
