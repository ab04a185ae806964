"""What is secret and would be told: the project's variables, and errors that quote them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.subject import Subject
from milepost.host.mask import SHORTEST, Masker, secret_texts
from milepost.host.project.late_variables import LateVariables
from milepost.sdk.errors import MilepostError, OperationError
from milepost.sdk.events import Warned


def hide_variables(bench: Bench, subject: Subject) -> None:
    """Never show or keep the secret variables, and say so where one is too short for that."""
    variables = subject.scope.variables
    # What config sources give is masked as soon as they give it.
    for name, value in (variables.now if isinstance(variables, LateVariables) else variables).items():
        hidden = [bench.masker.add(text) for text in secret_texts(value)]
        if not all(hidden):
            text = f"var.{name} is shorter than {SHORTEST} characters and cannot be masked in output"
            bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))


@contextmanager
def errors_hidden(masker: Masker) -> Iterator[None]:
    """Raise an error that holds a secret as one that does not, and no trace of the first."""
    try:
        yield
    except MilepostError as error:
        message, hint = masker.text(str(error)), masker.text(error.hint)
        if (message, hint) == (str(error), error.hint):
            raise
        raise OperationError(message, hint=hint) from None
