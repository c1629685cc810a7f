"""`reconciler demo`: the whole story on this machine."""

from __future__ import annotations

from reconciler.cli import output
from reconciler.cli.help import described
from reconciler.outcomes import Exit
from reconciler.rendering.lines import Line
from reconciler.values.errors import UserError

HELP = described(
    "Show the whole story, on this machine. Real workers are planned, hired, scaled and "
    "laid off in a temporary folder, in under a minute. Leaves nothing behind.",
    examples=["reconciler demo"],
    exit_1="a step went wrong",
)


def demo() -> int:
    from reconciler.demo.stage import DemoError, stage
    from reconciler.demo.story import tell

    def say(text: str, style: str | None) -> None:
        output.show([Line(text, style)])

    try:
        with stage(say) as folder:
            tell(folder)
    except DemoError as error:
        raise UserError(str(error)) from error
    return Exit.DONE
