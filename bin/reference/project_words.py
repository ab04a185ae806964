"""What the variables that hooks find mean, in words; their names come from the sources."""

from __future__ import annotations

HOOK_VARIABLES = {
    "MILEPOST_INSIDE": "Which lock the run holds; a `milepost` command in the hook that would wait for it is refused.",
    "MILEPOST_PROJECT": "The project's name.",
    "MILEPOST_APP": "The app's name.",
    "MILEPOST_WORKSPACE": "The workspace.",
    "MILEPOST_RUN": "The run's number, without `#`.",
    "MILEPOST_OPERATION": "The operation's id.",
    "MILEPOST_STAGE": "`build`, `push`, `deploy` or `release`.",
    "MILEPOST_VERB": "What was asked for: `up`, `deploy`, `rollback`, ….",
    "MILEPOST_WHEN": "`before`, `after`, `failure` or `always`.",
    "MILEPOST_ERROR": "After a failure, its message; else empty.",
    "MILEPOST_ARTIFACT": "Where the artifact is; empty in `build` before it is made.",
    "MILEPOST_ARTIFACT_DIGEST": "The artifact's digest.",
    "MILEPOST_DEPLOYMENT_URL": "In `deploy`, once it is staged: where it can be looked at; else empty.",
    "MILEPOST_URL": "In `release`, once it is live: its first public URL; else empty.",
    "MILEPOST_PREVIOUS": "In `deploy` and `release`: the operation id of the deployment that was live before, if any.",
}
