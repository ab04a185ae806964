"""Asking config sources: their arguments typed, each called once for many values, their faults put down to them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from milepost.host import processes
from milepost.host.cancel import Cancel, Deadline
from milepost.host.folders import folders
from milepost.host.language.provenance import revealed
from milepost.host.language.values import Value
from milepost.host.plugins.faults import blame, demand
from milepost.host.plugins.load import Offered, Plugins
from milepost.host.project.asking import Wanted
from milepost.host.project.convert import Converter, Wrong
from milepost.host.project.questions import Choice
from milepost.host.step import Runner
from milepost.sdk.errors import MilepostError
from milepost.sdk.functions import FunctionError
from milepost.sdk.offer import ConfigSourceOffer
from milepost.sdk.source import SourceFacts, ValueRequest, ValueResult
from milepost.sdk.step import Command, Result


@dataclass(frozen=True, kw_only=True)
class HostSourceStep:
    """What a source gets of the host; see `milepost.sdk.source.SourceStep`."""

    facts: SourceFacts
    cancel: Cancel
    deadline: Deadline
    runner: Runner = processes.run

    def run(self, command: Command) -> Result:
        """Run a program; nothing of it is shown or kept."""
        self.check()
        watch = processes.Watch(
            cancel=self.cancel,
            deadline=self.deadline,
            started=lambda pid: None,
            ended=lambda pid: None,
            output=lambda text, stream: None,
        )
        placed = command if command.cwd else msgspec.structs.replace(command, cwd=str(self.facts.folder))
        return self.runner(placed, self.facts.environment, watch)

    def check(self) -> None:
        """Raise if the work should end."""
        self.cancel.check()


@dataclass(frozen=True, kw_only=True)
class InstalledSources:
    """The sources of the installed plugins, for one project; what was answered is kept as long as this is."""

    plugins: Plugins
    project: str
    folder: Path
    environment: Mapping[str, str]
    cancel: Cancel = field(default_factory=Cancel)
    runner: Runner = processes.run
    hide: Callable[[str], object] = str
    """Never shows or keeps a text from now on."""
    asks: bool = True
    """Whether a source may be asked; else its arguments are only checked."""
    _answers: dict[tuple[str, bytes], ValueResult] = field(default_factory=dict)

    def wanted(self, choice: Choice, timeout: float) -> Wanted:
        """Return what is wanted of a source. Raises FunctionError when it is not there, or is asked wrongly."""
        config = self._offered(choice.word).offer.config
        names = config.__struct_fields__
        if len(choice.positional) > len(names):
            message = f"{choice.word} takes {_counted(names)}, and {len(choice.positional)} are given"
            raise FunctionError(message, len(names) + 1)
        values: dict[str, Value] = dict(zip(names, choice.positional, strict=False))
        if twice := [name for name in choice.named if name in values]:
            raise FunctionError(f"{choice.word}: {twice[0]} is given twice", hint="once by its place, once by its name")
        values.update(choice.named)
        converter = Converter(tolerant=False)
        arguments = converter.struct(values, config, ())
        if converter.wrong:
            raise _refused(choice, names, converter.wrong[0])
        key = msgspec.json.encode(revealed(values), enc_hook=str)
        return Wanted(choice.word, arguments, timeout, key)

    def known(self, wanted: Wanted) -> ValueResult | None:
        """Return the answer that was given before."""
        return self._answers.get((wanted.word, wanted.key))

    def ask(self, wanted: Sequence[Wanted]) -> bool:
        """Ask each source once for all that is wanted of it."""
        if self.asks:
            for word in dict.fromkeys(each.word for each in wanted):
                self._ask(word, [each for each in wanted if each.word == word])
        return self.asks

    def _ask(self, word: str, wanted: Sequence[Wanted]) -> None:
        entry, offer = (offered := self._offered(word)).entry, offered.offer
        doing = f"the config source {entry.word}"
        requests = [ValueRequest(arguments=each.arguments, timeout=each.timeout) for each in wanted]
        with blame(entry, doing):
            found = demand(entry, offer.load()().read(requests, self._step(wanted)), Sequence, doing)  # type: ignore[type-abstract]  # asked by isinstance only
            answers = [demand(entry, each, ValueResult, doing) for each in found]
            if len(answers) != len(requests):
                raise ValueError(f"{len(answers)} answers to {len(requests)} requests")
        self._answers.update(((word, each.key), answer) for each, answer in zip(wanted, answers, strict=True))

    def _step(self, wanted: Sequence[Wanted]) -> HostSourceStep:
        facts = SourceFacts(
            project=self.project,
            folder=self.folder,
            home=folders(self.environment).home,
            environment=self.environment,
        )
        limit = sum(each.timeout for each in wanted)
        deadline = Deadline(f"asking {wanted[0].word}", limit, time.monotonic)
        return HostSourceStep(facts=facts, cancel=self.cancel, deadline=deadline, runner=self.runner)

    def _offered(self, word: str) -> Offered[ConfigSourceOffer]:
        try:
            return self.plugins.offer("config_source", word)
        except MilepostError as error:
            raise FunctionError(str(error), 0, hint=error.hint) from error


def _refused(choice: Choice, names: tuple[str, ...], wrong: Wrong) -> FunctionError:
    """Return the error for an argument that a source does not take."""
    path = ".".join(map(str, wrong.path))
    given = len(choice.positional)
    at = names.index(str(wrong.path[0])) + 1 if wrong.path and wrong.path[0] in names[:given] else None
    return FunctionError(f"{choice.word}{f', {path}' if path else ''}: {wrong.message}", at, hint=wrong.hint)


def _counted(names: tuple[str, ...]) -> str:
    """Return how many arguments a source takes, and which."""
    return f"{len(names)} argument{'' if len(names) == 1 else 's'} ({', '.join(names)})"
