"""Functions that ask the sources of config: known everywhere, allowed where an app's config is evaluated."""

from __future__ import annotations

from typing import Any, NoReturn

from milepost.sdk.functions import FunctionError, function


@function(passes=True)
def secret(source: Any, *arguments: Any) -> Any:
    """Return a text from a source of config: `secret("env", "DB_URL")`, `secret("command", ["op", "read", "op://…"])`.

    After the source's word stand its arguments in their order, or by name in an object at the end. In that object may
    also stand options of the value:

    - `sensitive`: whether it is a secret; true where it is not said;
    - `default`: the text where the source says that it has no such value; null for no value at all;
    - `timeout`: how long it may take, such as `"10s"`; 30 seconds where it is not said;
    - `cache`: how long a process that carries out several runs may use it again, such as `"5m"`. A command that is
      typed asks once for the same value, and anew whatever stands here: nothing is kept on disk.

    In the place of the word may stand a list of sources, which are tried in order:
    `secret([["env", "DB_URL"], ["command", ["op", "read", "op://…"]]], { timeout = "1m" })`.

    It can be called in the `env`, `internal` and `file` of a `config` block, in locals that these use, and in the
    default of a variable.
    """
    _refuse("secret")


@function(passes=True)
def dynamic(source: str, arguments: Any = None) -> Any:
    """Return a text from a source of config, as Waypoint has it: `dynamic("vault", { path = "…", key = "…" })`.

    It is a secret unless `sensitive = false` stands in the object; the other options of `secret` may, too.
    """
    _refuse("dynamic")


@function(passes=True)
def configdynamic(source: str, arguments: Any = None) -> Any:
    """Return a text from a source of config: what Waypoint called `dynamic` before."""
    _refuse("configdynamic")


def misplaced(name: str) -> FunctionError:
    """Return the error for a call that stands where no source is asked."""
    return FunctionError(
        f"{name}(…) can be called in config values, in locals that they use, and in defaults of variables; not here",
        hint='write variable "NAME" { default = … } with it, and var.NAME here',
    )


def _refuse(name: str) -> NoReturn:
    raise misplaced(name)


FUNCTIONS = (secret, dynamic, configdynamic)
"""All of them."""

NAMES = tuple(each.name for each in FUNCTIONS)
"""What they are called."""
