"""The hooks that milepost calls in plugins, each described in five parts."""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from milepost.sdk.events import Event
from milepost.sdk.functions import Function
from milepost.sdk.offer import (
    BuilderOffer,
    ConfigSourceOffer,
    HistoryStoreOffer,
    PlatformOffer,
    RegistryOffer,
    ReleaserOffer,
)
from milepost.sdk.record import Operation

PROJECT = "milepost"
"""The name that ties hookspecs and hookimpls together in pluggy."""

API = 1
"""The version of the plugin API: the `v1` of the entry-point groups."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""The decorator for a plugin's hooks."""


@hookspec(firstresult=True)
def milepost_builder(word: str) -> BuilderOffer | None:
    """Offer a builder.

    Purpose: make an entry of the group `milepost.v1.builder` usable after `build { use … }`.
    When: once for each `use` of the word, when the project file is checked and again when it is carried out.
    Arguments: `word` is the entry's name, as written after `use`.
    Returns: the offer, or None if the word is not one of this plugin's builders.
    If it raises: the plugin is reported as broken, with its version; nothing of the project is run.
    """


@hookspec(firstresult=True)
def milepost_registry(word: str) -> RegistryOffer | None:
    """Offer a registry.

    Purpose: make an entry of the group `milepost.v1.registry` usable after `registry { use … }`.
    When: once for each `use` of the word, when the project file is checked and again when it is carried out.
    Arguments: `word` is the entry's name, as written after `use`.
    Returns: the offer, or None if the word is not one of this plugin's registries.
    If it raises: the plugin is reported as broken, with its version; nothing of the project is run.
    """


@hookspec(firstresult=True)
def milepost_platform(word: str) -> PlatformOffer | None:
    """Offer a platform.

    Purpose: make an entry of the group `milepost.v1.platform` usable after `deploy { use … }`.
    When: once for each `use` of the word, when the project file is checked and again when it is carried out.
    Arguments: `word` is the entry's name, as written after `use`.
    Returns: the offer, or None if the word is not one of this plugin's platforms.
    If it raises: the plugin is reported as broken, with its version; nothing of the project is run.
    """


@hookspec(firstresult=True)
def milepost_releaser(word: str) -> ReleaserOffer | None:
    """Offer a releaser.

    Purpose: make an entry of the group `milepost.v1.releaser` usable after `release { use … }`.
    When: once for each `use` of the word, when the project file is checked and again when it is carried out.
    Arguments: `word` is the entry's name, as written after `use`.
    Returns: the offer, or None if the word is not one of this plugin's releasers.
    If it raises: the plugin is reported as broken, with its version; nothing of the project is run.
    """


@hookspec(firstresult=True)
def milepost_config_source(word: str) -> ConfigSourceOffer | None:
    """Offer a source of config values.

    Purpose: make an entry of the group `milepost.v1.config_source` usable in `secret("WORD", …)`, `dynamic("WORD", …)`.
    When: once in a process that evaluates such a value, when the project file is checked or carried out.
    Arguments: `word` is the entry's name, as written in the project file.
    Returns: the offer, or None if the word is not one of this plugin's sources.
    If it raises: the plugin is reported as broken, with its version; nothing of the project is run.
    """


@hookspec(firstresult=True)
def milepost_history_store(word: str) -> HistoryStoreOffer | None:
    """Offer a history store.

    Purpose: make an entry of the group `milepost.v1.history_store` usable after `history { use … }`, and as the scheme
    of a URL in MILEPOST_HISTORY.
    When: once in each process that opens such a history, before anything is read of it.
    Arguments: `word` is the entry's name, as written after `use` or before `://`.
    Returns: the offer, or None if the word is not one of this plugin's stores.
    If it raises: the plugin is reported as broken, with its version; nothing of the project is run.
    """


@hookspec(firstresult=True)
def milepost_functions() -> Sequence[Function] | None:
    """Add functions to the config language.

    Purpose: make the entries of the group `milepost.v1.functions`, each named after its function, callable in a project
    file: as `plugin::function` always, and by the bare name where neither milepost nor another plugin has one of it.
    When: in a process, when one of the functions is first called or its arguments are checked.
    Arguments: none.
    Returns: the functions, made with `function` of `milepost.sdk.functions`; what an entry names must be among them.
    If it raises: the plugin is reported as broken, with its version, where the function is called.
    """


@hookspec
def milepost_operation_starting(operation: Operation) -> str | None:
    """Refuse an operation.

    Purpose: let a policy (a release window, a required label) forbid what is about to be done.
    When: after the operation's record is written and before its hooks and its plugin.
    Arguments: `operation` is the record as it stands, status `running`.
    Returns: the reason why it must not be done, or None; one reason is enough, and the operation ends `refused`.
    If it raises: the operation is refused, and the exception is reported as the plugin's fault.
    """


@hookspec
def milepost_operation_started(operation: Operation) -> None:
    """Hear that an operation begins.

    Purpose: notifications, metrics, traces.
    When: after nobody refused it, before its hooks and its plugin.
    Arguments: `operation` is the record as it stands, status `running`.
    Returns: nothing.
    If it raises: it is reported as a warning; the operation goes on and the other observers are called.
    """


@hookspec
def milepost_operation_finished(operation: Operation) -> None:
    """Hear that an operation has ended, well or badly.

    Purpose: notifications, metrics, traces.
    When: after the record with the outcome is written.
    Arguments: `operation` is the record with its final status.
    Returns: nothing.
    If it raises: it is reported as a warning; the history is written already and the other observers are called.
    """


@hookspec
def milepost_event(event: Event) -> None:
    """Hear of everything that happens in an app's part of a run.

    Purpose: live views and logs elsewhere. Be quick: the run waits.
    When: in the order in which it happens, in the app's own process.
    Arguments: `event` is one of the classes of `milepost.sdk.events`, secrets masked.
    Returns: nothing.
    If it raises: the observer gets no more events, which is reported once as a warning.
    """
