"""Which blocks and arguments a project file may have: a table, read by whoever checks, explains or converts one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Shape(NamedTuple):
    """What may stand in a block: the arguments (those that must be there apart) and the blocks."""

    arguments: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    blocks: Mapping[str, Nested] = {}
    anything: bool = False
    """Whether other arguments and blocks may stand in it, too; somebody else knows them."""
    types: tuple[str, ...] = ()
    """The arguments that are types, `list(string)`; in JSON they are texts in which such a type stands."""
    foreign: bool = False
    """Whether objects in it may be a plugin's blocks, so that in JSON `"//"` is a comment in them."""


class Nested(NamedTuple):
    """How a block may stand in another one."""

    shape: Shape
    label: str = ""
    """What its label means; empty: it has none."""
    many: bool = False
    required: bool = False


_ANYTHING = Shape(anything=True)
_USE = Nested(Shape(anything=True, foreign=True), "a plugin's name")
_THE_USE = _USE._replace(required=True)


def _scoped(shape: Shape) -> Shape:
    """Return a shape that has bodies for a workspace or for labels, where nothing must be there again."""
    blocks = {name: each._replace(required=False) for name, each in shape.blocks.items()}
    inner = Shape((*shape.arguments, *shape.required, "replace"), (), blocks)
    scopes = {
        "workspace": Nested(inner, "a workspace's name", many=True),
        "label": Nested(inner, "a selector of labels", many=True),
    }
    return shape._replace(blocks={**shape.blocks, **scopes})


_HOOK = Nested(Shape(("on_failure", "timeout", "mutex", "on"), ("when", "command")), many=True)
_TASK = Nested(Shape(("timeout",), ("command",)), "the task's name", many=True)

_VALUES = ("env", "internal", "file")
_RUNNER_CONFIG = Nested(_scoped(Shape(_VALUES)))
_CONFIG = Nested(_scoped(Shape((*_VALUES, "file_change_signal"), (), {"runner": _RUNNER_CONFIG})))

_REGISTRY = Nested(_scoped(Shape(("labels",), (), {"use": _THE_USE, "hook": _HOOK})))
_BUILD = Nested(_scoped(Shape(("from", "labels"), (), {"use": _USE, "registry": _REGISTRY, "hook": _HOOK})))
_DEPLOY = Nested(_scoped(Shape(("labels",), (), {"use": _THE_USE, "task": _TASK, "hook": _HOOK})))
_VERIFY = Nested(Shape(("path", "status", "command", "timeout", "on_failure")))
_RELEASE = Nested(_scoped(Shape(("on_verify_failure", "labels"), (), {"use": _USE, "hook": _HOOK, "verify": _VERIFY})))
_HEALTH = Nested(Shape(("path", "status", "timeout", "interval")))
_URL = Nested(Shape(("auto_hostname",)))

_DATA_SOURCE = Nested(
    Shape(
        (
            "path",
            "ref",
            "username",
            "password",
            "key",
            "key_password",
            "ignore_changes_outside_path",
            "recurse_submodules",
        ),
        ("url",),
    ),
    "the kind of source",
)
_POLL = Nested(Shape(("enabled", "interval")))
_RUNNER = Nested(Shape(("profile", "enabled"), (), {"data_source": _DATA_SOURCE, "poll": _POLL}))

_APP = Nested(
    _scoped(
        Shape(
            ("path", "labels", "depends_on", "strategy", "port", "hosts", "keep_releases", "keep_running"),
            (),
            {
                "health": _HEALTH,
                "config": _CONFIG,
                "build": _BUILD,
                "deploy": _DEPLOY,
                "release": _RELEASE,
                "url": _URL,
                "runner": _RUNNER,
            },
        )
    ),
    "the app's name",
    many=True,
)

_STEP = Shape(
    ("depends_on", "image_url", "workspace", "labels"),
    (),
    {"use": Nested(_ANYTHING, "what the step does")},
)
_STEPS = {"step": Nested(_STEP, "the step's name", many=True, required=True)}
_INNER_PIPELINE = Nested(Shape(("labels",), (), _STEPS), "the pipeline's name")
_OUTER_STEP = _STEP._replace(blocks={**_STEP.blocks, "pipeline": _INNER_PIPELINE})
_PIPELINE = Nested(
    Shape(("labels",), (), {"step": Nested(_OUTER_STEP, "the step's name", many=True, required=True)}),
    "the pipeline's name",
    many=True,
)

_TYPE = Nested(Shape(("mapper", "build", "registry", "deploy", "release", "builder", "platform", "releaser")))
_PLUGIN = Nested(
    Shape(("version", "checksum"), (), {"type": _TYPE}, anything=True, foreign=True),
    "the plugin's name",
    many=True,
)

_VALIDATION = Nested(Shape((), ("condition", "error_message")), many=True)
_LIMITS = ("runs", "age", "output")
_KEEP = Nested(Shape(_LIMITS, (), {"verb": Nested(Shape(_LIMITS), "what was asked for: up, build, exec", many=True)}))

_VARIABLE = Nested(
    Shape(
        ("type", "default", "description", "env", "sensitive", "nullable"),
        (),
        {"validation": _VALIDATION},
        types=("type",),
    ),
    "the variable's name",
    many=True,
)

ROOT = Shape(
    ("labels", "workspaces"),
    ("project",),
    {
        "milepost": Nested(Shape(("version", "files"))),
        "workspace": Nested(Shape(("protected",)), "the workspace's name", many=True),
        "app": _APP,
        "variable": _VARIABLE,
        "locals": Nested(_ANYTHING, many=True),
        "plugin": _PLUGIN,
        "history": Nested(Shape(("path", "output_limit"), (), {"use": _USE, "keep": _KEEP})),
        "config": _CONFIG,
        "runner": _RUNNER,
        "pipeline": _PIPELINE,
    },
)
"""What may stand in a project file."""
