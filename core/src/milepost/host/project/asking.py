"""Evaluation that asks sources: what `secret(…)` wants is noted first, then read from each source at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeVar

from milepost.host.language.functions.sources import NAMES
from milepost.host.language.provenance import call_text
from milepost.host.language.scope import Functions
from milepost.host.language.values import Unknown, Value, plain_text
from milepost.host.project.questions import NONE, Choice, Question, question
from milepost.sdk.functions import Function, FunctionError
from milepost.sdk.problem import Problem
from milepost.sdk.secret import Part, Secret
from milepost.sdk.source import ValueResult

T = TypeVar("T")

ROUNDS = 10
"""How often may be asked for more: once for values, once more for each value that says what another is asked for."""


class Wanted(NamedTuple):
    """A value that is wanted of one source."""

    word: str
    arguments: Any
    """As the class that the source offers."""
    timeout: float
    """In seconds."""
    key: bytes
    """The same for the same value, and made of all that stands in the arguments: never to be shown or kept."""


class Sources(Protocol):
    """The sources of config of this machine, for one project and one run."""

    def wanted(self, choice: Choice, timeout: float) -> Wanted:
        """Return what is wanted of a source, its arguments checked. Raises FunctionError for what is wrong."""
        ...

    def known(self, wanted: Wanted) -> ValueResult | None:
        """Return the answer that was given before; None if nobody has been asked."""
        ...

    def ask(self, wanted: Sequence[Wanted]) -> bool:
        """Ask each source once for all that is wanted of it; return False where nobody is to be asked.

        Raises PluginFaultError for what escapes a source, CancelledError.
        """
        ...

    @property
    def hide(self) -> Callable[[str], object]:
        """What never shows or keeps a text from now on."""
        ...


class NoSources:
    """A world without sources, where nobody is asked and nothing is checked."""

    hide = str

    def wanted(self, choice: Choice, timeout: float) -> Wanted:
        """Return what is wanted, as it is written."""
        return Wanted(choice.word, None, timeout, repr(choice).encode())

    def known(self, wanted: Wanted) -> ValueResult | None:
        """Return None."""

    def ask(self, wanted: Sequence[Wanted]) -> bool:
        """Return False."""
        return False


class Silent:
    """Sources of which nothing is asked; what they would be asked for is checked, and what they said is known."""

    def __init__(self, sources: Sources) -> None:
        self.wanted, self.known, self.hide = sources.wanted, sources.known, sources.hide

    def ask(self, wanted: Sequence[Wanted]) -> bool:
        """Return False."""
        return False


class Asking:
    """The functions where sources may be asked; it notes what is not known yet."""

    def __init__(self, functions: Functions, sources: Sources) -> None:
        self._functions, self._sources = functions, sources
        self.open: dict[tuple[str, bytes], Wanted] = {}
        """What was wanted and is not known."""

    def find(self, name: str) -> Function | None:
        """Return the function of that name; the ones that ask do ask here."""
        if name == "secret":
            return Function(name, self._secret, passes=True)
        if name in NAMES:
            return Function(name, self._dynamic, passes=True)
        return self._functions.find(name)

    def names(self) -> Iterable[str]:
        """Return the names of all functions."""
        return self._functions.names()

    def _secret(self, source: Any, *arguments: Any) -> Any:
        return self._value(call_text("secret", (source, *arguments)), (source, *arguments))

    def _dynamic(self, source: str, arguments: Any = None) -> Any:
        given = (source,) if arguments is None else (source, arguments)
        return self._value(call_text("dynamic", given), given)

    def _value(self, origin: str, arguments: tuple[Value, ...]) -> Value:
        """Return what a call gives, or that it is not known yet, which is noted."""
        asked = question(arguments)
        if isinstance(asked, Unknown):
            return asked
        found: list[tuple[str, ValueResult]] = []
        for choice in asked.choices:
            wanted = self._wanted(choice, asked)
            answer = self._sources.known(wanted)
            if answer is None:
                self.open[wanted.word, wanted.key] = wanted
                return Unknown(f'secret("{choice.word}", …)')
            if answer.value is not None:
                return self._marked(answer.value, asked, origin)
            found.append((choice.word, answer))
        if asked.default is NONE or not all(each.missing for _, each in found):
            raise _none(found)
        return self._marked(asked.default, asked, origin)

    def _marked(self, value: Value, asked: Question, origin: str) -> Value:
        """Return a text as a secret that came from the call, unless the call says otherwise."""
        if isinstance(value, (bool, int, Decimal)):
            value = plain_text(value)
        if not asked.options.sensitive or not isinstance(value, str):
            return value
        self._sources.hide(value)
        return Secret([Part(value, origin or None)])

    def _wanted(self, choice: Choice, asked: Question) -> Wanted:
        try:
            return self._sources.wanted(choice, asked.options.timeout)
        except FunctionError as error:
            if asked.listed:
                error.argument = 0
            raise


def _none(found: Sequence[tuple[str, ValueResult]]) -> FunctionError:
    """Return the error for a value that no source has."""
    whys = "; ".join(f"{word}: {answer.why or 'it has no such value'}" for word, answer in found)
    hint = next((answer.hint for _, answer in found if answer.hint), "")
    if len(found) == 1:
        return FunctionError(f"the source {whys}", hint=hint)
    return FunctionError(f"none of the sources has a value: {whys}", hint=hint)


def answered(
    functions: Functions, sources: Sources, evaluate: Callable[[Asking], tuple[T, list[Problem]]]
) -> tuple[T, list[Problem]]:
    """Return what is evaluated with functions that ask, and what is wrong with it.

    It is evaluated again until nothing more is asked. Where anything is wrong already, nobody is asked.
    """
    for _ in range(ROUNDS):
        asking = Asking(functions, sources)
        value, problems = evaluate(asking)
        if problems or not asking.open or not sources.ask(tuple(asking.open.values())):
            return value, problems
    message = f"after {ROUNDS} rounds of asking sources, more is asked: what is asked for must not change each time"
    return value, [Problem(message)]
