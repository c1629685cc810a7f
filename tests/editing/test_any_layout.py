"""Whatever a spec file looks like, `fmt` changes its layout alone, and `scale` one value."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.editing.comparing import is_same
from reconciler.editing.formatting import format_bytes
from reconciler.editing.scaling import Amount, scale
from reconciler.spec.parsing import parse
from tests.editing.documents import COMMENT, DESIRED, spec_files
from tests.spec.test_any_input import YAML_TEXT

BOUNDED = settings(max_examples=50, deadline=None, derandomize=True)


def formatted(data: bytes) -> bytes:
    after = format_bytes("spec.yaml", data)
    assert isinstance(after, bytes), after
    return after


def comments(text: str) -> Counter[str]:
    return Counter(comment.rstrip() for comment in COMMENT.findall(text))


@BOUNDED
@given(spec_files(has_unknown_keys=True))
def test_formatting_keeps_every_value_and_every_comment(text: str) -> None:
    before = parse("spec.yaml", text.encode())
    assert before.issues == ()
    shown = formatted(text.encode())
    after = parse("spec.yaml", shown)
    assert after.issues == ()
    assert [
        is_same(one.root, other.root)
        for one, other in zip(before.documents, after.documents, strict=True)
    ] == [True, True, True]
    assert comments(shown.decode()) == comments(text)


@BOUNDED
@given(spec_files(has_unknown_keys=True))
def test_formatting_twice_is_formatting_once(text: str) -> None:
    shown = formatted(text.encode())
    assert formatted(shown) == shown


@BOUNDED
@given(spec_files())
def test_formatting_has_one_line_break_at_the_end_and_the_files_own(text: str) -> None:
    shown = formatted(text.encode()).decode()
    end = "\r\n" if "\r\n" in text else "\n"
    assert shown.endswith(end)
    assert shown.replace(end, "").count("\n") == 0
    assert not shown.startswith(end)


@BOUNDED
@given(YAML_TEXT, st.sampled_from(["", "kind: Workforce\n", "kind: Workforce\ntask:\n  "]))
def test_formatting_any_text_is_stable_or_refused(text: str, start: str) -> None:
    data = (start + text).encode("utf-8", "surrogatepass")
    once = format_bytes("spec.yaml", data)
    if isinstance(once, bytes):
        assert format_bytes("spec.yaml", once) == once


@BOUNDED
@given(spec_files(), st.sampled_from(["0", "7", "200", "1000000", "+1", "-314159"]))
def test_scaling_changes_the_one_value_and_no_byte_beside_it(text: str, amount: str) -> None:
    start, end = text.split(str(DESIRED))
    number = DESIRED + int(amount) if amount[0] in "+-" else int(amount)
    with TemporaryDirectory() as folder:
        file = Path(folder, "spec.yaml")
        file.write_bytes(text.encode())
        scaled = scale([folder], "hello", Amount.parse(amount))
        assert file.read_bytes() == f"{start}{number}{end}".encode()
    assert scaled.position.line == len(start.splitlines())
    assert (scaled.before, scaled.after) == (str(DESIRED), str(number))


@BOUNDED
@given(spec_files(), st.sampled_from(["laptop", "spare"]))
def test_a_region_gets_a_max_and_keeps_everything_else(text: str, region: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "spec.yaml")
        file.write_bytes(text.encode())
        scale([folder], "hello", Amount.parse("271828"), region)
        after = file.read_bytes().decode()
    assert comments(after) == comments(text)
    # What was put in is one piece: taking it out gives the file back.
    length = len(after) - len(text)
    assert length > 0
    assert any(after[:at] + after[at + length :] == text for at in range(len(text) + 1))
