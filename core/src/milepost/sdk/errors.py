"""Every error that milepost raises on purpose, as one tree.

    MilepostError                       1  error
    ├── UsageError                      2  usage
    │   └── UnknownNameError            2  unknown-name
    ├── ProjectError                    2  project
    │   ├── ProjectNotFoundError        2  project-not-found
    │   └── ProjectFileError            2  project-file
    ├── PluginError                     1  plugin
    │   ├── PluginNotFoundError         2  plugin-not-found
    │   ├── PluginAmbiguousError        2  plugin-ambiguous
    │   ├── PluginBrokenError           1  plugin-broken
    │   └── PluginFaultError            1  plugin-fault
    ├── OperationError                  1  operation
    │   ├── CommandFailedError          1  command-failed
    │   ├── NotReadyError               1  not-ready
    │   ├── HookFailedError             1  hook-failed
    │   ├── VerifyFailedError           1  verify-failed
    │   ├── DeadlineError               1  deadline
    │   ├── ArtifactGoneError           1  artifact-gone
    │   └── TrafficMovedError           1  traffic-moved
    ├── HistoryError                    1  history
    │   ├── ForeignHistoryError         2  history-foreign
    │   ├── NewerHistoryError           2  history-newer
    │   └── HistoryUnreachableError     1  history-unreachable
    ├── LockedError                     4  locked
    │   └── LockLostError               4  lock-lost
    ├── RefusedError                    5  refused
    └── CancelledError                130  cancelled

The number is the exit status of the command, the word is the `code` that programs read. An error keeps its facts as
attributes, builds its own message, and offers in `hint` what to type next. Only the standard library is needed.
"""

from __future__ import annotations

from typing import ClassVar

from milepost.sdk.problem import Problem, nearest


class MilepostError(Exception):
    """Something that milepost can explain: the root of all its errors."""

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1
    hint: str = ""
    """What to type or do next; empty when there is nothing useful to say."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        if hint:
            self.hint = hint


class UsageError(MilepostError):
    """The command line asks for something that makes no sense."""

    code = "usage"
    exit_status = 2


class UnknownNameError(UsageError):
    """A name on the command line that nothing has: an app, a workspace, a REF, a plugin."""

    code = "unknown-name"

    def __init__(self, kind: str, name: str, known: tuple[str, ...], *, hint: str = "") -> None:
        self.kind, self.name, self.known = kind, name, known
        close = nearest(name, known)
        there = f"; there is {', '.join(known[:20])}" if known else ""
        more = f"; did you mean {close!r}?" if close else there
        super().__init__(f"there is no {kind} {name!r}{more}", hint=hint)


class ProjectError(MilepostError):
    """The project cannot be used as it is."""

    code = "project"
    exit_status = 2


class ProjectNotFoundError(ProjectError):
    """No project file in the folder or above it."""

    code = "project-not-found"

    def __init__(self, folder: str, names: tuple[str, ...]) -> None:
        self.folder, self.names = folder, names
        message = f"no project file in {folder} or any folder above it; looked for {', '.join(names)}"
        super().__init__(message, hint="milepost init")


class ProjectFileError(ProjectError):
    """A project file with one or more mistakes, each with its place."""

    code = "project-file"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class PluginError(MilepostError):
    """Something about a plugin, not about the app."""

    code = "plugin"


class PluginNotFoundError(PluginError):
    """The project names a plugin that no installed distribution offers."""

    code = "plugin-not-found"
    exit_status = 2

    def __init__(self, role: str, word: str, installed: tuple[str, ...]) -> None:
        self.role, self.word, self.installed = role, word, installed
        close = nearest(word, installed)
        message = f"no plugin offers the {role.replace('_', ' ')} {word!r}; installed: {', '.join(installed) or 'none'}"
        hint = f"did you mean {close!r}?" if close else "milepost plugin list"
        if role == "config_source" and not installed:
            hint = 'pip install "milepost[config-sources]"'
        super().__init__(message, hint=hint)


class PluginAmbiguousError(PluginError):
    """Two distributions offer the same word for the same role."""

    code = "plugin-ambiguous"
    exit_status = 2

    def __init__(self, role: str, word: str, distributions: tuple[str, ...]) -> None:
        self.role, self.word, self.distributions = role, word, distributions
        message = f"the {role.replace('_', ' ')} {word!r} is offered by {' and by '.join(distributions)}"
        super().__init__(
            message, hint=f'write {"" if role == "config_source" else "use "}"{distributions[0]}:{word}" to choose one'
        )


class PluginBrokenError(PluginError):
    """A plugin that cannot be loaded; the cause is kept as `__cause__`."""

    code = "plugin-broken"

    def __init__(self, distribution: str, version: str, what: str) -> None:
        self.distribution, self.version, self.what = distribution, version, what
        hint = f"milepost plugin doctor; pip install --upgrade {distribution}"
        super().__init__(f"the plugin {distribution} {version} cannot be loaded: {what}", hint=hint)


class PluginFaultError(PluginError):
    """A plugin that did what its role forbids: an unexpected exception, a wrong return value."""

    code = "plugin-fault"

    def __init__(self, distribution: str, version: str, what: str) -> None:
        self.distribution, self.version, self.what = distribution, version, what
        message = f"this is a bug in the plugin {distribution} {version}: {what}"
        super().__init__(
            message, hint="run the same with --debug for the traceback, and report it to the plugin's author"
        )


class OperationError(MilepostError):
    """An operation that could not do its work."""

    code = "operation"


class CommandFailedError(OperationError):
    """A program that was run and ended with another status than 0, or could not be started."""

    code = "command-failed"

    def __init__(self, argv: tuple[str, ...], status: int | None, tail: str = "") -> None:
        self.argv, self.status, self.tail = argv, status, tail
        end = "could not be started" if status is None else f"ended with status {status}"
        message = f"{argv[0]} {end}"
        super().__init__(f"{message}: {tail}" if tail else message)


class NotReadyError(OperationError):
    """A deployment that did not become ready; the evidence is in its operation's record."""

    code = "not-ready"


class HookFailedError(OperationError):
    """A hook of the project file that failed, and whose `on_failure` is not `continue`."""

    code = "hook-failed"

    def __init__(self, when: str, argv: tuple[str, ...], why: str) -> None:
        self.when, self.argv, self.why = when, argv, why
        super().__init__(f"the {when} hook {' '.join(argv)!r} {why}")


class VerifyFailedError(OperationError):
    """The check after a release did not hold."""

    code = "verify-failed"


class DeadlineError(OperationError):
    """Something took longer than its limit."""

    code = "deadline"

    def __init__(self, what: str, seconds: float) -> None:
        self.what, self.seconds = what, seconds
        super().__init__(f"{what} took longer than its limit of {seconds:g} s")


class ArtifactGoneError(OperationError):
    """The bytes of a recorded artifact are no longer where they were kept, or have changed."""

    code = "artifact-gone"

    def __init__(self, reference: str, why: str) -> None:
        self.reference, self.why = reference, why
        super().__init__(f"the artifact {reference} cannot be used: {why}")


class TrafficMovedError(OperationError):
    """A releaser found something else live than what it was told to replace; nothing was changed."""

    code = "traffic-moved"

    def __init__(self, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        message = f"{expected or 'nothing'} was to be replaced, but {found or 'nothing'} is live; nothing was changed"
        super().__init__(message, hint="milepost status")


class HistoryError(MilepostError):
    """The history cannot be read or written."""

    code = "history"


class ForeignHistoryError(HistoryError):
    """The history belongs to another project of the same name."""

    code = "history-foreign"
    exit_status = 2

    def __init__(self, project: str, origin: str, found: str, place: str) -> None:
        self.project, self.origin, self.found, self.place = project, origin, found, place
        message = f"the history at {place} belongs to another project named {project!r}: it came from {found}"
        hint = "rename the project, or run milepost store adopt if it is the same project that has moved"
        super().__init__(f"{message}, this one is {origin}", hint=hint)


class NewerHistoryError(HistoryError):
    """The history was written by a newer milepost, in a form this one cannot read."""

    code = "history-newer"
    exit_status = 2

    def __init__(self, place: str, found: int, known: int) -> None:
        self.place, self.found, self.known = place, found, known
        message = f"the history at {place} has schema {found}; this milepost knows up to {known}"
        super().__init__(message, hint="pip install --upgrade milepost")


class HistoryUnreachableError(HistoryError):
    """The history lies elsewhere, and cannot be reached at the moment."""

    code = "history-unreachable"


class LockedError(MilepostError):
    """Somebody else is changing this app in this workspace."""

    code = "locked"
    exit_status = 4

    def __init__(self, what: str, owner: str, since: str, doing: str) -> None:
        self.what, self.owner, self.since, self.doing = what, owner, since, doing
        super().__init__(f"{what} is locked by {owner} since {since}: {doing}", hint="milepost lock list")


class LockLostError(LockedError):
    """The lock under which something was being changed is no longer held: it was broken, or not renewed in time."""

    code = "lock-lost"


class RefusedError(MilepostError):
    """Something that could be done but must not be: a rule, a policy or a missing confirmation forbids it."""

    code = "refused"
    exit_status = 5


class CancelledError(MilepostError):
    """Somebody asked for an end, and the work ended."""

    code = "cancelled"
    exit_status = 130
