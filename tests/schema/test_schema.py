"""The JSON schema: current, explained, and of one mind with the loader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.spec.documents import KINDS
from reconciler.spec.parsing import parse
from reconciler.spec.schema import json_schema
from tests.cli.shell import REPOSITORY, Shell

SCHEMA = REPOSITORY / "schemas" / "reconciler.schema.json"
EXAMPLES = sorted((REPOSITORY / "specs").rglob("*.yaml"))
BROKEN = REPOSITORY / "tests" / "spec" / "broken"
REFUSED = Path(__file__).with_name("refused.txt").read_text(encoding="utf-8").split()
"""Broken files of which the schema alone shows what is wrong."""
JOBS = sorted((REPOSITORY / "tests" / "spec" / "jobs").glob("*.yml"))

ONLY_THE_LOADER_TELLS = {
    "command-missing": "Defaults or a job's file may give it",
    "desired-missing": "Defaults may give it",
    "scale-missing": "Defaults may give it",
    "task-missing": "Defaults may give it",
    "regions-missing": "a region set may give them",
    "regions-empty-map": "a region set may give them",
    "region-null": "null removes a region of a set",
    "target-of-no-kind": "the document's defaults may be of one kind",
    "experiment-shared-by-defaults-of-the-workforce": "two values",
    "experiment-shared-by-two-workforces": "two values",
    "experiment-differing-in-case-alone": "two values",
    "min-above-max": "two values",
    "project-twice": "two documents",
    "target-twice": "two documents",
    "workforce-twice": "two documents",
    "target-misspelt": "another document",
    "target-misspelt-by-key": "another document",
    "target-unknown": "another document",
    "timeout-over-a-century": "arithmetic",
}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def documents(path: Path) -> list[Any]:
    """The documents of a file as an editor reads them; none where its YAML is broken."""
    parsed = parse(path.name, path.read_bytes())
    return [] if parsed.issues else [plain(one.root) for one in parsed.documents]


def test_the_file_is_current() -> None:
    message = "run `reconciler schema > schemas/reconciler.schema.json`"
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema(), message


def test_the_command_prints_it(tmp_path: Path) -> None:
    result = Shell(tmp_path, tmp_path / "state").run("schema")
    assert (result.code, result.err) == (0, "")
    assert result.out == SCHEMA.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_valid(path: Path, validator: jsonschema.Draft7Validator) -> None:
    errors = [error.message for one in documents(path) for error in validator.iter_errors(one)]
    assert errors == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_tell_the_editor_where_the_schema_is(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    start = "# yaml-language-server: $schema="
    assert first.startswith(start)
    assert (path.parent / first.removeprefix(start)).resolve() == SCHEMA


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_jobs_are_valid_tasks(path: Path, validator: jsonschema.Draft7Validator) -> None:
    (task,) = documents(path)
    if path.stem == "identity-in-other-words":
        return  # the schema offers each word in one form alone
    errors = [one.message for one in validator.iter_errors(
        {"kind": "Workforce", "name": "w", "task": task}
    )]  # fmt: skip
    assert errors == []


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_file_is_refused_where_one_document_shows_it(
    name: str, validator: jsonschema.Draft7Validator
) -> None:
    assert not all(validator.is_valid(one) for one in documents(BROKEN / f"{name}.yaml"))


@pytest.mark.parametrize("name", ONLY_THE_LOADER_TELLS)
def test_what_may_be_right_with_other_documents_is_left_to_the_loader(
    name: str, validator: jsonschema.Draft7Validator
) -> None:
    assert all(validator.is_valid(one) for one in documents(BROKEN / f"{name}.yaml"))


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, definition in json_schema()["definitions"].items():
        for key, schema in definition.get("properties", {}).items():
            yield f"{name}.{key}", schema


@pytest.mark.parametrize(("name", "schema"), list(properties()), ids=lambda one: str(one)[:60])
def test_every_key_is_explained_with_an_example(name: str, schema: dict[str, Any]) -> None:
    assert schema.get("description", "").endswith(".")
    speaks_for_itself = {"const", "enum"} & schema.keys() or schema.get("type") == "boolean"
    # Settings of a kind have their examples key by key.
    assert schema.get("examples") or speaks_for_itself or "-settings" in str(schema)


@pytest.mark.parametrize(("name", "schema"), list(properties()), ids=lambda one: str(one)[:60])
def test_its_examples_and_default_are_valid(
    name: str, schema: dict[str, Any], validator: jsonschema.Draft7Validator
) -> None:
    whole = {**schema, "definitions": json_schema()["definitions"]}
    one = jsonschema.Draft7Validator(whole)
    values = [*schema.get("examples", ()), *([schema["default"]] if "default" in schema else ())]
    assert [error.message for value in values for error in one.iter_errors(value)] == []


def test_it_covers_every_kind() -> None:
    assert json_schema()["properties"]["kind"]["enum"] == list(KINDS)


@pytest.mark.parametrize(
    ("document", "is_valid"),
    [
        ({"kind": "Targets", "targets": {"a": {"azureml": {"workspace": "x"}}}}, True),
        ({"kind": "Targets", "targets": {"a": {"azureml": {"worksapce": "x"}}}}, False),
        ({"kind": "Targets", "targets": {"a": {"local": {}, "azureml": {}}}}, False),
        ({"kind": "Defaults", "scale": {"max": 5}, "layoffs": "none"}, True),
        ({"kind": "Defaults", "name": "x"}, False),
        ({"kind": "Workforce", "name": "w", "regions": {"a": None, "b": {"max": 1}}}, True),
        ({"kind": "Workforce", "name": "w", "scale": {"policy": {"ladder": {"steps": 1}}}}, False),
        ({"kind": "Workforce", "name": "w", "task": {"identity": {"type": "robot"}}}, False),
        ({"kind": "Workforce", "name": "w", "task": {"environment_variables": {"A": {}}}}, False),
        ({"kind": "Workforce"}, False),
        ({"name": "w"}, False),
    ],
)
def test_documents_of_each_kind(
    document: dict[str, Any], is_valid: bool, validator: jsonschema.Draft7Validator
) -> None:
    assert validator.is_valid(document) == is_valid
