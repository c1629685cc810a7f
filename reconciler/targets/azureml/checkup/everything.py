"""One checkup: the cloud first, and then, where it can be asked, all workspaces at once.

Nothing is kept from earlier commands, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.azure.at_once import at_once
from reconciler.azure.clouds import Cloud
from reconciler.azure.pipeline import Connections
from reconciler.model.findings import Finding, Verdict
from reconciler.model.workforce import Target
from reconciler.targets.azureml.checkup.asking import Asking
from reconciler.targets.azureml.checkup.caller import Caller
from reconciler.targets.azureml.checkup.cloud import obtain_token, reach
from reconciler.targets.azureml.checkup.workspace import WorkspaceChecks
from reconciler.targets.azureml.observing import by_workspace


async def check_up(
    connections: Connections, cloud: Cloud, targets: Sequence[Target]
) -> list[Finding]:
    """Every finding on `targets`, those on what they share first."""
    names = tuple(sorted({target.name for target in targets}))
    reached, token = await at_once(
        reach(connections, cloud, names), obtain_token(connections, cloud, names)
    )
    shared = [*reached, token.finding]
    asking = Asking(connections, cloud, token.caller or Caller())
    workspaces = [
        WorkspaceChecks(asking, one.place, one.targets) for one in by_workspace((), targets)
    ]
    reason = _in_the_way(shared)
    if reason is None:
        checked = await at_once(*(one.run() for one in workspaces))
    else:
        checked = tuple(one.skip(reason) for one in workspaces)
    return [*shared, *(found for each in checked for found in each)]


def _in_the_way(shared: Sequence[Finding]) -> str | None:
    """Why no workspace can be asked; None where it can. A wrong clock doesn't keep from asking."""
    for found in shared:
        if found.verdict is Verdict.FAILED and found.check != "clock":
            return "there is no token" if found.check == "token" else "Azure can't be reached"
    return None
