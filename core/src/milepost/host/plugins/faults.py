"""Faults: whatever a plugin does that its role forbids is put down to it, by name and version."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from milepost.host.plugins.scan import Entry
from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.errors import MilepostError, OperationError, PluginFaultError
from milepost.sdk.secret import Secret

T = TypeVar("T")

_NOT_ITS_FAULT = {
    errno.ENOSPC: "free some space there, then run the same again",
    errno.EDQUOT: "free some space there, or ask for a larger quota, then run the same again",
    errno.EROFS: "it is read-only: make it writable, then run the same again",
    errno.EACCES: "look at its permissions with ls -ld, then run the same again",
    errno.EPERM: "look at its permissions with ls -ld, then run the same again",
}
"""What the machine refuses to anybody, and what to do about it."""


@contextmanager
def blame(entry: Entry, doing: str) -> Iterator[None]:
    """Turn what escapes the plugin while `doing` (such as `deploy`) into its fault, with the cause kept.

    Errors of milepost pass: they are the plugin's way to say what it knows. So does Ctrl-C.
    Raises PluginFaultError, and OperationError where the machine and not the plugin is to blame.
    """
    try:
        yield
    except MilepostError:
        raise
    except OSError as error:
        if error.errno in _NOT_ITS_FAULT:
            told = f"{doing} by {entry.distribution} was stopped by the system: {error}"
            raise OperationError(told, hint=_NOT_ITS_FAULT[error.errno]) from error
        raise _fault(entry, f"{doing} raised {_told(error)}") from error
    except (Exception, SystemExit) as error:
        raise _fault(entry, f"{doing} raised {_told(error)}") from error


def demand(entry: Entry, value: object, kind: type[T], doing: str) -> T:
    """Return `value` if it is what the role promises, in all its fields. Raises PluginFaultError."""
    if not isinstance(value, kind):
        raise _fault(entry, f"{doing} returned {_shown(value)}, expected {kind.__name__}")
    if isinstance(value, msgspec.Struct):
        _check_fields(entry, value, doing)
    return value


def _check_fields(entry: Entry, value: msgspec.Struct, doing: str) -> None:
    """Raise PluginFaultError unless the history could keep the value and read it back; access alone may be secret."""
    mark, read = (_marked, _unmarked) if isinstance(value, RegistryAccess) else (None, None)
    try:
        msgspec.convert(msgspec.to_builtins(value, enc_hook=mark), type(value), dec_hook=read)
    except (msgspec.ValidationError, TypeError) as error:
        raise _fault(entry, f"{doing} returned a wrong {type(value).__name__}: {error}") from error


_MARK = {"secret": True}
"""What stands for a secret while a value is checked."""


def _marked(secret: object) -> object:
    """Return what stands for a secret. Raises TypeError for anything else."""
    if isinstance(secret, Secret):
        return _MARK
    raise TypeError(f"{type(secret).__name__} cannot stand here")


def _unmarked(kind: type, value: object) -> object:
    """Return a secret where one stood. Raises TypeError."""
    if value != _MARK:
        raise TypeError(f"expected a {kind.__name__}, found {type(value).__name__}")
    return kind([])


def _fault(entry: Entry, what: str) -> PluginFaultError:
    """Return the error that names the plugin."""
    return PluginFaultError(entry.distribution, entry.version, what)


def _told(error: BaseException) -> str:
    """Return an exception in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _shown(value: object) -> str:
    """Return what a wrong value is, without showing what is in it."""
    if value is None:
        return "None"
    return f"the class {value.__name__}" if isinstance(value, type) else f"a value of type {type(value).__name__}"
