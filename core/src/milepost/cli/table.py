"""The table of commands: names, help lines and where they are, so that none is imported before it is used."""

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
    function: str = "command"
    """The function in the module."""
    section: str = ""
    """Under which heading people find it."""
    entries: tuple[Entry, ...] = ()
    """The commands of a group; beside a module of its own, what its first word may be instead."""


def _lists(kind: str, plural: str) -> tuple[Entry, ...]:
    """Return the commands that list and inspect one kind of result."""
    return (
        Entry("list", f"List {plural}, newest first.", "kinds", function=f"list_{plural}"),
        Entry("inspect", "Show all that is recorded about one.", "inspect", function=f"inspect_{kind}"),
    )


COMMANDS = (
    Entry("init", "Write a milepost.hcl for the app in this folder.", "init", section="Begin"),
    Entry("validate", "Check the project file without running anything.", "validate", section="Begin"),
    Entry("doctor", "Check what milepost needs on this machine.", "doctor", section="Begin"),
    Entry("up", "Build, deploy and release.", "up", changes=True, section="Change"),
    Entry("build", "Build and push artifacts.", "build", changes=True, section="Change"),
    Entry("deploy", "Deploy a built artifact without releasing it.", "deploy", changes=True, section="Change"),
    Entry(
        "release",
        "Send traffic to a staged deployment (also: release list, release inspect).",
        "release",
        changes=True,
        section="Change",
        entries=_lists("release", "releases"),
    ),
    Entry("redeploy", "Deploy the live artifact with today's config.", "redeploy", changes=True, section="Change"),
    Entry("restart", "Restart what is live.", "restart", changes=True, section="Change"),
    Entry("stop", "Stop what is live and keep it.", "stop", changes=True, section="Change"),
    Entry("start", "Start what was stopped.", "start", changes=True, section="Change"),
    Entry("rollback", "Undo the last release.", "rollback", changes=True, section="Change"),
    Entry("promote", "Take a run's artifacts to another workspace.", "promote", changes=True, section="Change"),
    Entry("destroy", "Remove deployments.", "destroy", changes=True, section="Change"),
    Entry("status", "Show what is live and how it is.", "status", section="Look"),
    Entry("logs", "Show what an app prints.", "logs", section="Look"),
    Entry("exec", "Run a command beside a live app.", "exec", section="Look"),
    Entry("history", "List runs, newest first.", "history", section="Look"),
    Entry("show", "Show a run or an operation.", "show", section="Look"),
    Entry("artifact", "List and inspect artifacts.", section="Look", entries=_lists("artifact", "artifacts")),
    Entry("deployment", "List and inspect deployments.", section="Look", entries=_lists("deployment", "deployments")),
    Entry("operation", "List and inspect operations.", section="Look", entries=_lists("operation", "operations")),
    Entry("cancel", "Ask a run to end.", "cancel", section="Manage"),
    Entry(
        "lock",
        "See and break locks.",
        section="Manage",
        entries=(
            Entry("list", "List who holds which lock.", "lock", function="list_locks"),
            Entry("break", "End the run that holds a lock.", "lock", function="break_lock"),
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
        entries=(Entry("adopt", "Say that the history belongs to this project.", "store"),),
    ),
    Entry("version", "Show the version of milepost and what it runs on.", "version", section="Manage"),
)
"""All commands, in the order of the help."""
