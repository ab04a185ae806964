"""How an operation's output gets from its transcript to those who listen, into the store and into its record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.kept import Kept
from milepost.host.lifecycle.transcript import Hearers, Transcript
from milepost.sdk.errors import HistoryError
from milepost.sdk.events import Decided, Output, Said, Warned
from milepost.sdk.record import Operation
from milepost.sdk.step import Stream

if TYPE_CHECKING:
    from milepost.host.history.passage import Printed


def transcript_of(bench: Bench, record: Operation, *, keeps: bool = True) -> Transcript:
    """Return the transcript of an operation that begins: told by events, and, where it keeps, kept in the store."""
    app, stage = record.app, record.label

    def write(printed: Printed) -> None:
        if keeps:
            bench.history.store.write_output(record.id, printed)

    def printed(text: str, stream: Stream) -> None:
        bench.emit(Output(at=bench.clock(), app=app, stage=stage, stream=stream, text=text))

    def said(text: str) -> None:
        bench.emit(Said(at=bench.clock(), app=app, stage=stage, text=text))

    def troubled(error: HistoryError) -> None:
        bench.emit(Warned(at=bench.clock(), app=app, text=_lament(error)))

    kept = Kept(write, bench.clock, bench.output_limit)
    return Transcript(kept, bench.masker, Hearers(printed, said, troubled))


def kept_fields(transcript: Transcript, record: Operation) -> dict[str, Any]:
    """Return what a record says of output: how much it was, and what of it could not be kept."""
    fields: dict[str, Any] = {"printed": transcript.taken}
    if transcript.unkept:
        fields["unkept"] = transcript.unkept
    if transcript.trouble is not None and transcript.unkept:
        fields["warnings"] = (*record.warnings, _lament(transcript.trouble))
    return fields


def seal(bench: Bench, record: Operation) -> None:
    """Have the output of an operation that has ended packed; where that cannot be done now, it stays as it is."""
    try:
        bench.history.store.seal_output(record.id)
    except HistoryError as error:
        text = f"the output of {record.label} is not packed: {error}"
        bench.emit(Decided(at=bench.clock(), app=record.app, text=text))


def _lament(error: HistoryError) -> str:
    return f"output is shown and not all of it is kept: {error}"
