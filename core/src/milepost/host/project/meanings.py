"""What each block and argument of a project file means, in a sentence: for `milepost config docs` and the reference.

Which there are stands in `schema`. A name is that of the block around it and its own, or its own alone where it means
the same everywhere. Types and defaults of arguments that are read into a class stand there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

_NOT_DONE = "It is read, and not carried out."


class Meaning(NamedTuple):
    """What an argument means."""

    text: str
    type: Any = None
    """What its value must be; None: the class that it is read into says so."""
    default: str = ""
    """What counts where it is not given, if no class says so."""
    plain: bool = False
    """Whether it is read before anything is evaluated, so that no `${…}` can stand in it."""


class Type:
    """The type of an argument whose value is itself a type: `list(string)`."""


class Several:
    """The type of an argument that holds config: names, and texts or what becomes one."""


_LABELS = Meaning("Labels for all that is made here, over those of the block around it.", dict[str, str], "none")
_ON_FAILURE = Literal["fail", "rollback"]

_KEEP_RUNS = Meaning(
    "How many of the newest runs of each workspace stay; an older one stays as long as `age` says.",
    int,
    "no number",
    plain=True,
)
_KEEP_AGE = Meaning(
    "How long a run stays, however many there are: `365d`. Without `runs` and `age`, for ever.",
    str,
    "no age",
    plain=True,
)
_KEEP_OUTPUT = Meaning(
    "How long the output of operations stays: `90d`. Their records are not touched.",
    str,
    "as long as the run",
    plain=True,
)

ARGUMENTS: Mapping[str, Meaning] = {
    "project": Meaning("The project's name: its history is found by it.", str, plain=True),
    "labels": _LABELS,
    "workspaces": Meaning("The workspaces there may be; with them, `-w` must be given.", list[str], "any", plain=True),
    "replace": Meaning(
        "Whether this body stands alone, rather than being laid over the default one.", bool, "`false`", plain=True
    ),
    "milepost.version": Meaning('Which versions of milepost the file is for: `">= 0.4, < 2"`.', str, "any", plain=True),
    "milepost.files": Meaning(
        "More folders whose files functions may read, from the project's folder.", list[str], "none", plain=True
    ),
    "workspace.protected": Meaning(
        "Whether changing commands ask first in this workspace, and refuse what is not committed.",
        bool,
        "`false`",
        plain=True,
    ),
    "app.path": Meaning("The app's folder, below the folder of the project file.", str, '`"."`', plain=True),
    "app.depends_on": Meaning("Apps that come before this one, phase by phase.", list[str], "none", plain=True),
    "app.strategy": Meaning("How the new deployment takes the old one's place.", default="what fits"),
    "app.port": Meaning("The public port."),
    "app.hosts": Meaning("Host names under which the app is public."),
    "app.keep_releases": Meaning("How many former releases are kept for a rollback."),
    "app.keep_running": Meaning("Whether they stay up rather than being parked."),
    "health.path": Meaning("An HTTP path that must answer; without it, an accepted connection is enough."),
    "health.status": Meaning("The HTTP statuses that count as healthy; none given: 200 to 399."),
    "health.timeout": Meaning("How long a new deployment may take until it is ready."),
    "health.interval": Meaning("How long to wait between two looks."),
    "env": Meaning(
        "Environment variables by their names; those of the app lie over the project's, and null takes one away.",
        Several,
        "none",
    ),
    "internal": Meaning("Values for `config.internal.NAME` in the others; the app does not get them.", Several, "none"),
    "config.file": Meaning(
        "Files by their paths: what stands in each, for platforms that write files.", Several, "none"
    ),
    "runner.file": Meaning("Files by their paths.", Several, "none"),
    "file_change_signal": Meaning(f"A signal for the app when a file changes. {_NOT_DONE}", str, "none"),
    "build.from": Meaning(
        "Another app, whose artifact this one takes; then there is no `use`.", str, "none", plain=True
    ),
    "release.on_verify_failure": Meaning("The same as `on_failure` in `verify`; one of the two is enough."),
    "hook.when": Meaning(
        "Around the stage: before it, after it succeeded, after it failed, or in any case at its end."
    ),
    "hook.command": Meaning("The program and its arguments; no shell."),
    "hook.on_failure": Meaning("Whether the operation fails when the hook does, or goes on with a warning."),
    "hook.timeout": Meaning("The hook's limit."),
    "hook.mutex": Meaning("A name; of all hooks with it, in all projects of this user, one runs at a time."),
    "hook.on": Meaning('With `["rollback"]`, the hook runs in a rollback, and only there.'),
    "task.command": Meaning("The program and its arguments; no shell."),
    "task.timeout": Meaning("The task's limit."),
    "verify.path": Meaning("A path that must answer at the public URL."),
    "verify.status": Meaning("The HTTP statuses that count; none given: 200 to 399."),
    "verify.command": Meaning(
        "A program that must end with status 0; it finds the public URL in `MILEPOST_URL`.", default="none"
    ),
    "verify.timeout": Meaning("How long the check may take until it holds."),
    "verify.on_failure": Meaning(
        "With `rollback`, what was live before is released again; the run fails in both cases.",
        _ON_FAILURE | None,
        '`"fail"`',
    ),
    "variable.type": Meaning(
        "What its value is converted to: `string`, `number`, `bool`, `any`, `list(string)`, `set(…)`, `map(…)`, "
        "`tuple([…])`, `object({ name = string, port = optional(number, 80) })`.",
        Type,
        "`any`",
    ),
    "variable.default": Meaning("The value, where nothing gives one; without it, one must be given.", Any, "none"),
    "variable.description": Meaning("What it is for.", str, "none", plain=True),
    "variable.env": Meaning(
        "Environment variables that may hold it; the first one that is set counts.", list[str], "none", plain=True
    ),
    "variable.sensitive": Meaning(
        "Whether its value is a secret: masked wherever it is shown, never recorded.", bool, "`false`", plain=True
    ),
    "variable.nullable": Meaning("Whether its value may be null.", bool, "`true`", plain=True),
    "validation.condition": Meaning("What must be true of the value, `var.NAME`.", bool),
    "validation.error_message": Meaning("What is said where it is not.", str),
    "plugin.version": Meaning('Which versions of its distribution will do: `"~> 1.2"`.', str, "any", plain=True),
    "plugin.checksum": Meaning(f"{_NOT_DONE} Plugins are pip packages, which pip checks by their hashes.", str, "none"),
    "type": Meaning(f"Whether the plugin has this role. {_NOT_DONE}", bool, "`false`"),
    "history.path": Meaning(
        "The folder of the history, from the project file's folder.", str, "the user's state folder", plain=True
    ),
    "history.output_limit": Meaning(
        "How much of the output of one operation is kept: `10MB`, `32MiB`. Of more, the beginning and the end are "
        "kept, and a line in between says how much is missing. What is shown while it runs is never cut.",
        str,
        '`"32MiB"`',
        plain=True,
    ),
    "keep.runs": _KEEP_RUNS,
    "keep.age": _KEEP_AGE,
    "keep.output": _KEEP_OUTPUT,
    "verb.runs": _KEEP_RUNS,
    "verb.age": _KEEP_AGE,
    "verb.output": _KEEP_OUTPUT,
    "url.auto_hostname": Meaning(f"Whether the app gets a host name by itself. {_NOT_DONE}", bool, "`false`"),
    "runner.profile": Meaning(f"Which kind of runner carries out the runs. {_NOT_DONE}", str, "none"),
    "runner.enabled": Meaning(f"Whether runs are carried out by a runner. {_NOT_DONE}", bool, "`false`"),
    "data_source.url": Meaning("Where the repository is.", str),
    "data_source.path": Meaning("The project's folder in it.", str, "none"),
    "data_source.ref": Meaning("The branch, tag or commit.", str, "none"),
    "data_source.username": Meaning("Who asks, for HTTP.", str, "none"),
    "data_source.password": Meaning("The password, for HTTP.", str, "none"),
    "data_source.key": Meaning("The private key, for SSH.", str, "none"),
    "data_source.key_password": Meaning("The password of the key.", str, "none"),
    "data_source.ignore_changes_outside_path": Meaning(
        "Whether a change elsewhere in the repository is none.", bool, "`false`"
    ),
    "data_source.recurse_submodules": Meaning("How deep submodules are fetched.", int, "`0`"),
    "poll.enabled": Meaning("Whether the repository is asked for changes.", bool, "`false`"),
    "poll.interval": Meaning("How often.", float, '`"30s"`'),
    "step.depends_on": Meaning("The steps that come before this one.", list[str], "the step before", plain=True),
    "step.image_url": Meaning("The image that the step runs in.", str, "none"),
    "step.workspace": Meaning("The workspace of the step.", str, "the run's"),
}

BLOCKS: Mapping[str, str] = {
    "app": "An app: what it is built from, where it runs, how it is released.",
    "config": "What the app, or at the top each app, finds in its environment and in files.",
    "config.runner": f"What the runner finds in its environment. {_NOT_DONE}",
    "workspace": "What holds for one workspace of the project.",
    "variable": "A value from outside: `var.NAME`. Where it may come from: `milepost variables`.",
    "validation": "A rule for the value of the variable.",
    "locals": "Names for expressions: each argument is `local.NAME` elsewhere.",
    "plugin": "An observer, which hears what happens; or only which version of a plugin is wanted. "
    "What else stands in it is the plugin's business.",
    "plugin.type": f"The roles of the plugin. {_NOT_DONE}",
    "milepost": "What the file needs of milepost; checked before all else.",
    "history": "Where the history lies, and how much of it is kept.",
    "keep": "What `milepost store prune` leaves, as does each run that succeeds, at most once a day. Whatever is live, "
    "staged or needed by a rollback stays.",
    "verb": "The same for the runs of one verb, in place of what holds for all.",
    "health": "How to tell that a deployment is ready.",
    "build": "How the artifact is made.",
    "registry": "Where the artifact is kept.",
    "deploy": "Where it runs.",
    "release": "How it gets the traffic; without the block, the platform's own way.",
    "use": "The plugin; what stands in it is the plugin's business: `milepost plugin show NAME`.",
    "hook": "A command on this machine around the stage.",
    "task": "A command in the new artifact, where it will run, before anything of it starts.",
    "verify": "A check after the release.",
    "url": f"Waypoint's own host names. {_NOT_DONE}",
    "runner": f"Who carries out runs. {_NOT_DONE}",
    "data_source": "Where the project comes from.",
    "poll": "How the repository is asked for changes.",
    "pipeline": f"Steps in an order of one's own. {_NOT_DONE}",
    "step.pipeline": "A pipeline in place of one step.",
    "step": "A step of the pipeline.",
    "step.use": "What the step does: build, deploy, release, up, exec or pipeline.",
}

SCOPES: Mapping[str, str] = {
    "workspace": "What else holds in one workspace: the same arguments and blocks as around it, none of them required.",
    "label": 'The same for labels, by a selector: `label "env == prod" { … }`.',
}
"""What bodies for a workspace or for labels mean, in the blocks that have such."""
