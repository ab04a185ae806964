"""What the arguments and blocks of a project file mean, in words; their names and types come from the sources."""

from __future__ import annotations

SECONDS = 'duration: seconds, or text such as `"30s"`'

WORDS: dict[str, str | tuple[str, str, str]] = {
    "root.project": ("string", "", "The project's name: its history is found by it."),
    "root.labels": ("map of strings", "none", "Labels for all that is made."),
    "root.workspaces": ("list of strings", "any", "The workspaces there may be; with them, `-w` must be given."),
    "app.path": ("string", '`"."`', "The app's folder, below the folder of the project file."),
    "app.labels": ("map of strings", "none", "Labels for this app, over those of the project."),
    "app.depends_on": ("list of strings", "none", "Apps that come before this one, phase by phase."),
    "app.strategy": (
        '`"blue-green"`, `"start-first"` or `"stop-first"`',
        "what fits",
        "How the new deployment takes the old one's place; see [lifecycle](lifecycle.md).",
    ),
    "app.port": "The public port.",
    "app.hosts": "Host names under which the app is public.",
    "app.keep_releases": "How many former releases are kept for a rollback.",
    "app.keep_running": "Whether they stay up rather than being parked.",
    "health.path": "An HTTP path that must answer; without it, an accepted connection is enough.",
    "health.status": "The HTTP statuses that count as healthy; none given: 200 to 399.",
    "health.timeout": (SECONDS, "`60`", "How long a new deployment may take until it is ready."),
    "health.interval": (SECONDS, "`0.25`", "How long to wait between two looks."),
    "config.env": (
        "map of strings",
        "none",
        "Environment variables; those of the app win over the project's.",
    ),
    "build.from": ("string", "none", "Another app, whose artifact this one takes; then there is no `use`."),
    "build.labels": ("map of strings", "none", "Labels for this stage."),
    "registry.labels": ("map of strings", "none", "Labels for this stage."),
    "deploy.labels": ("map of strings", "none", "Labels for this stage."),
    "release.labels": ("map of strings", "none", "Labels for this stage."),
    "release.on_verify_failure": (
        '`"fail"` or `"rollback"`',
        '`"fail"`',
        "The same as `on_failure` in `verify`; one of the two is enough.",
    ),
    "hook.when": "Around the stage: before it, after it succeeded, after it failed, or in any case at its end.",
    "hook.command": ("list of strings", "", "The program and its arguments; no shell."),
    "hook.on_failure": "Whether the operation fails when the hook does, or goes on with a warning.",
    "hook.timeout": (SECONDS, "`600`", "The hook's limit."),
    "hook.mutex": "A name; of all hooks with it, in all projects of this user, one runs at a time.",
    "hook.on": ('list of `"rollback"`', "none", 'With `["rollback"]`, the hook runs in a rollback, and only there.'),
    "task.command": ("list of strings", "", "The program and its arguments; no shell."),
    "task.timeout": (SECONDS, "`600`", "The task's limit."),
    "verify.path": "A path that must answer at the public URL.",
    "verify.status": "The HTTP statuses that count; none given: 200 to 399.",
    "verify.command": "A program that must end with status 0; it finds the public URL in `MILEPOST_URL`.",
    "verify.timeout": (SECONDS, "`30`", "How long the check may take until it holds."),
    "verify.on_failure": (
        '`"fail"` or `"rollback"`',
        '`"fail"`',
        "With `rollback`, what was live before is released again; the run fails in both cases.",
    ),
    "variable.type": (
        "`string`, `number`, `bool`, `list(string)`, `map(string)`, `any`",
        "`any`",
        "What the value must be; lists and maps are given as JSON on the command line.",
    ),
    "variable.default": ("a value", "none", "The value, where nothing gives one. Without it, one must be given."),
    "variable.description": ("string", "none", "What it is for."),
    "variable.env": ("list of strings", "none", "Environment variables that may hold it; the first one set wins."),
    "variable.sensitive": ("bool", "`false`", "Its value is a secret: masked wherever it is shown, never recorded."),
    "history.path": ("string", "the user's state folder", "The folder of the history, from the project file's folder."),
}
"""A text for what the sources give a type and a default; else type, default and text."""

BLOCKS = {
    "app": "An app; the label is its name.",
    "variable": "A value from outside; the label is its name.",
    "plugin": "An observer: a plugin that hears what happens. They hear in the file's order.",
    "history": "Where the history lies.",
    "config": "Environment variables of the app, or, beside the apps, of all.",
    "health": "How to tell that a deployment is ready.",
    "build": "How the artifact is made.",
    "deploy": "Where it runs.",
    "release": "How it gets the traffic; without the block, the platform's own way.",
    "registry": "Where the artifact is kept.",
    "use": "The plugin; what stands in it is the plugin's business, see [plugins](../reference/plugins.md).",
    "hook": "A command on this machine around the stage, see [hooks and tasks](hooks-and-tasks.md).",
    "task": "A command in the new artifact, see [hooks and tasks](hooks-and-tasks.md).",
    "verify": "A check after the release.",
}
"""The blocks; one that has no text here is left out."""

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
