"""The tables of commands and of the flags they share, so that help costs nothing and no command is imported unused."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A command, or a group of them."""

    name: str
    help: str
    """One line for lists of commands."""
    module: str = ""
    """The module in `milepost.cli.commands`."""
    changes: bool = False
    """Whether it starts a run that changes something, and so takes the flags about that."""
    without: tuple[str, ...] = ()
    """Those flags that would mean nothing for it."""
    function: str = "command"
    """The function in the module."""
    section: str = ""
    """Under which heading people find it."""
    entries: tuple[Entry, ...] = ()
    """The commands of a group; beside a module of its own, what its first word may be instead."""
    flags: tuple[Flag, ...] = ()
    """What it knows besides the options of its function."""


class Flag(NamedTuple):
    """A flag that several commands share."""

    name: str
    """What its value is called inside."""
    words: tuple[str, ...]
    help: str
    metavar: str = ""
    """How its value is shown; without one it takes none."""
    many: bool = False
    """Whether it may be given several times."""
    completes: str = ""
    """What the shell offers for its value."""


SHARED = (
    Flag("workspace", ("-w", "--workspace"), "The workspace.", "NAME", completes="workspaces"),
    Flag("chdir", ("-C", "--chdir"), "Use the project of this folder.", "FOLDER"),
    Flag("output", ("--json",), "One JSON document; --json=events: JSON lines.", "[=events]"),
    Flag("variable", ("--var",), "A value for a variable of the project file.", "NAME=VALUE", many=True),
    Flag("variable_environment", ("--var-env",), "Where a secret value is to be read.", "NAME=ENV", many=True),
    Flag("variable_file", ("--var-file",), "A file with values for variables.", "FILE", many=True),
    Flag("label", ("--label",), "A label for what is made.", "NAME=VALUE", many=True),
    Flag("message", ("-m", "--message"), "Why, for the history.", "WHY"),
    Flag("time", ("--time",), "Times: relative, local or utc; MILEPOST_TIME does the same.", "FORM"),
    Flag("yes", ("--yes",), "Do not ask."),
    Flag("quiet", ("--quiet",), "Only the result."),
    Flag("debug", ("--debug",), "Show decisions and tracebacks."),
    Flag("no_color", ("--no-color",), "No colours; NO_COLOR does the same."),
)
"""What every command knows, anywhere on the line."""

CHANGING = (
    Flag("force", ("--force",), "Even if unchanged, or of another history or machine."),
    Flag("keep_failed", ("--keep-failed",), "Leave what a failed deploy made."),
    Flag("independent", ("--independent",), "A failed app stops no other."),
    Flag("with_dependencies", ("--with-dependencies",), "Also what the apps depend on."),
    Flag("no_prune", ("--no-prune",), "Destroy no old deployment afterwards."),
    Flag("allow_dirty", ("--allow-dirty",), "Take uncommitted changes to a protected workspace."),
    Flag("lock_timeout", ("--lock-timeout",), "How long to wait: 90, 10m, none.", "TIME"),
)
"""What the commands that change something know."""

ROLLING_BACK = (
    Flag("dry_run", ("--dry-run",), "Say what would be done, and do nothing."),
    Flag("require_same_secrets", ("--require-same-secrets",), "Stop when a secret has changed since."),
    Flag("preempt", ("--preempt",), "Cancel who holds the lock, and wait for its end."),
)
"""What a rollback knows besides."""

LOGGING = (
    Flag("since", ("--since",), "Nothing older: 5m, 2h, 14:00, 2026-03-01T14:00Z.", "TIME"),
    Flag("step", ("--step",), "With --run: build, deploy, a task's name, hook, 'hook before'.", "STEP"),
)
"""What `logs` knows besides its own options."""

BEGINNING = (Flag("from_waypoint", ("--from-waypoint",), "Explain the waypoint.hcl that is here; write nothing."),)
"""What `init` knows besides its own options."""


_NARROWING = (
    Flag("only_app", ("--app", "-a"), "Only of this app.", "APP", completes="apps"),
    Flag("only_status", ("--status",), "Only so ended: success, failed, interrupted, running…", "STATUS", many=True),
    Flag("since", ("--since",), "Only what began then or later: 2h, 3d, 2026-03-01, 2026-03-01T14:00Z.", "TIME"),
    Flag("until", ("--until",), "Only what began before; a date means its end.", "TIME"),
    Flag("only_user", ("--user", "--who"), "Only what this user asked for.", "NAME"),
    Flag("only_store", ("--store",), "Only what was brought from the store of that name.", "NAME"),
    Flag("only_commit", ("--commit",), "Only of this commit: its first characters, 4 or more.", "COMMIT"),
    Flag("label", ("--label",), "Only what has this label; of several, all.", "NAME=VALUE", many=True),
)
_PAGING = (
    Flag("limit", ("--limit", "-n"), "How many at most; 20 when not said.", "NUMBER"),
    Flag("before", ("--before",), "Only what is older than this one.", "REF", completes="refs"),
    Flag("after", ("--after",), "Only what is newer than this one, oldest first.", "REF", completes="refs"),
    Flag("order", ("--order",), "Which come first: newest or oldest.", "ORDER"),
    Flag("columns", ("--columns",), "Which columns, in order: names or fields; `help` lists them.", "A,B,C"),
)
LISTING_RUNS = (
    *_NARROWING,
    Flag("only_verb", ("--verb",), "Only runs of this verb: up, rollback, exec, freeze…", "VERB", many=True),
    *_PAGING,
)
"""What `history` knows besides."""

LISTING = (
    *_NARROWING,
    Flag("only_stage", ("--stage", "--kind"), "Only of this stage: build, push, deploy, release…", "STAGE", many=True),
    Flag("only_presence", ("--presence",), "Only deployments that stand so: staged, parked…", "PRESENCE", many=True),
    *_PAGING,
)
"""What the lists of operations know besides."""


_PRUNING = ("no_prune",)
_MAKING = ("keep_failed", *_PRUNING)
_DEPLOYING = ("force", "lock_timeout", *_MAKING)
"""What is about pruning, about new deployments, and about all that is done under the lock."""
_FOLDER = ("allow_dirty",)
"""What is about the project's folder, of which some commands take nothing."""
_OF_ORPHANS = ("force", "independent", "with_dependencies", *_MAKING, *_FOLDER)
"""What means nothing for objects that no record names; `force` means another thing there."""


def _lists(kind: str, plural: str) -> tuple[Entry, ...]:
    """Return the commands that list and inspect one kind of result."""
    return (
        Entry("list", f"List {plural}, newest first.", "kinds", function=f"list_{plural}", flags=LISTING),
        Entry("inspect", "Show all that is recorded about one.", "inspect", function=f"inspect_{kind}"),
    )


COMMANDS = (
    Entry("init", "Write a milepost.hcl for the app in this folder.", "init", section="Begin"),
    Entry("validate", "Check the project file without running anything.", "validate", section="Begin"),
    Entry("fmt", "Set the blanks of project files in the one way.", "fmt", section="Begin"),
    Entry("variables", "Show the variables: values and where they come from.", "variables", section="Begin"),
    Entry("functions", "List the functions of the config language, or show one.", "functions", section="Begin"),
    Entry("doctor", "Check what milepost needs on this machine.", "doctor", section="Begin"),
    Entry("plan", "Say what up would do, and do nothing.", "plan", section="Change"),
    Entry("up", "Build, deploy and release.", "up", changes=True, section="Change"),
    Entry("build", "Build and push artifacts.", "build", changes=True, without=_DEPLOYING, section="Change"),
    Entry(
        "deploy",
        "Deploy a built artifact without releasing it.",
        "deploy",
        changes=True,
        without=_PRUNING,
        section="Change",
    ),
    Entry(
        "release",
        "Send traffic to a staged deployment (also: release list, release inspect).",
        "release",
        changes=True,
        section="Change",
        entries=_lists("release", "releases"),
    ),
    Entry("redeploy", "Deploy the live artifact with today's config.", "redeploy", changes=True, section="Change"),
    Entry("scale", "Change how many replicas run.", "scale", changes=True, without=_FOLDER, section="Change"),
    Entry("restart", "Restart what is live.", "restart", changes=True, without=_FOLDER, section="Change"),
    Entry(
        "stop", "Stop what is live and keep it.", "stop", changes=True, without=(*_MAKING, *_FOLDER), section="Change"
    ),
    Entry("start", "Start what was stopped.", "start", changes=True, without=(*_PRUNING, *_FOLDER), section="Change"),
    Entry(
        "rollback", "Undo the last release.", "rollback", changes=True, without=(*_PRUNING, *_FOLDER), section="Change"
    ),
    Entry("promote", "Take a run's artifacts to another workspace.", "promote", changes=True, section="Change"),
    Entry("destroy", "Remove deployments.", "destroy", changes=True, without=(*_MAKING, *_FOLDER), section="Change"),
    Entry("status", "Show what is live and how it is.", "status", section="Look"),
    Entry("logs", "Show what an app prints, or a run.", "logs", section="Look", flags=LOGGING),
    Entry("exec", "Run a command beside a live app.", "exec", section="Look"),
    Entry("open", "Open an app in the browser, live or staged.", "open", section="Look"),
    Entry(
        "history",
        "List runs, newest first (also: history rebuild).",
        "history",
        section="Look",
        entries=(Entry("rebuild", "Make a lost history anew from what runs.", "rebuild"),),
        flags=LISTING_RUNS,
    ),
    Entry("show", "Show a run or an operation.", "show", section="Look"),
    Entry("diff", "Show what differed between two runs or deployments.", "diff", section="Look"),
    Entry("artifact", "List and inspect artifacts.", section="Look", entries=_lists("artifact", "artifacts")),
    Entry("deployment", "List and inspect deployments.", section="Look", entries=_lists("deployment", "deployments")),
    Entry("operation", "List and inspect operations.", section="Look", entries=_lists("operation", "operations")),
    Entry(
        "workspace",
        "List the workspaces.",
        section="Look",
        entries=(Entry("list", "List the workspaces of the project file and the history.", "workspace"),),
    ),
    Entry(
        "orphans",
        "Handle what platforms have and no record names.",
        section="Manage",
        entries=(
            Entry("list", "List what no record names, and whether it serves.", "orphans", function="list_orphans"),
            Entry(
                "adopt",
                "Give it a record.",
                "orphans",
                changes=True,
                without=_OF_ORPHANS,
                function="adopt_orphans",
            ),
            Entry(
                "destroy",
                "Destroy what does not serve.",
                "orphans",
                changes=True,
                without=_OF_ORPHANS,
                function="destroy_orphans",
            ),
        ),
    ),
    Entry("cancel", "Ask a run to end.", "cancel", section="Manage"),
    Entry("freeze", "Let nothing but a rollback change a workspace.", "freeze", section="Manage"),
    Entry("thaw", "End the freeze of a workspace.", "thaw", section="Manage"),
    Entry(
        "lock",
        "See and break locks.",
        section="Manage",
        entries=(
            Entry("list", "List who holds which lock.", "lock", function="list_locks"),
            Entry("break", "End the run that holds a lock.", "lock_break"),
        ),
    ),
    Entry(
        "config",
        "Explain the project file and its values.",
        section="Look",
        entries=(
            Entry("explain", "Show which blocks apply here, and why.", "config", function="explain_config"),
            Entry("get", "Show the config that apps would get.", "config", function="get_config"),
            Entry("docs", "Show what may stand in a project file.", "config_docs", function="show_docs"),
            Entry("schema", "Print the JSON Schema of milepost.hcl.json.", "config_docs", function="show_schema"),
        ),
    ),
    Entry(
        "plugin",
        "List and check plugins.",
        section="Manage",
        entries=(
            Entry("list", "List the installed plugins.", "plugin", function="list_plugins"),
            Entry("show", "Show what a plugin offers.", "plugin", function="show_plugin"),
            Entry("doctor", "Load each plugin and say what is wrong.", "plugin", function="check_plugins"),
        ),
    ),
    Entry(
        "store",
        "Look after the history's store.",
        section="Manage",
        entries=(
            Entry("stats", "Show what the history is made of.", "store", function="show_stats"),
            Entry("prune", "Remove what is past the limits; say it first.", "store_prune"),
            Entry("export", "Write the history as JSON lines.", "store_transfer", function="export_history"),
            Entry("import", "Add what was exported.", "store_transfer", function="import_history"),
            Entry("move", "Take the history to another place.", "store_transfer", function="move_history"),
            Entry("backup", "Copy the history while others write it.", "store", function="back_up"),
            Entry("verify", "Read all of it and say what is damaged.", "store", function="check"),
            Entry("repair", "Save all that is sound of a damaged one.", "store", function="mend"),
            Entry("adopt", "Say that the history belongs to this project.", "store"),
        ),
    ),
    Entry("version", "Show the version of milepost and what it runs on.", "version", section="Manage"),
)
"""All commands, in the order of the help."""

ABOUT = "Build, push, deploy and release any app on any platform, and know what happened."

ROOT = Entry("milepost", ABOUT, entries=COMMANDS)
"""The whole command line."""
