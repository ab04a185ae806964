"""The process of one app's part: the request comes in on standard input, events go out on standard output."""

from __future__ import annotations

import gc
import os
import queue
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path

import msgspec

from milepost.host.cancel import Cancel
from milepost.host.clock import system_clock
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.goal import Part, Phase, Word
from milepost.host.lifecycle.part import AppPart
from milepost.host.lifecycle.prints import Prints
from milepost.host.lifecycle.stand import Stand, make_bench, make_subject
from milepost.host.mask import Masker
from milepost.host.turns import take_long_turns
from milepost.sdk.errors import MilepostError
from milepost.sdk.events import Decided, Event, PhaseFinished, Said
from milepost.sdk.store import Lease

MOST_HANDLES = 64


class Wire:
    """The pipe of events to the parent; lines of several threads do not mix."""

    def __init__(self, handle: int) -> None:
        self._file = os.fdopen(handle, "wb", buffering=0)
        self._guard = threading.Lock()
        self._encoder = msgspec.json.Encoder()

    def emit(self, event: Event) -> None:
        """Send an event. A parent that is gone hears nothing, and the closed control pipe has told us already."""
        line = self._encoder.encode(event) + b"\n"
        with self._guard:
            try:
                self._file.write(line)
            except BrokenPipeError:
                return


class Control:
    """The words of the parent. That it is gone is a wish to end, like a cancel."""

    def __init__(self, connection: socket.socket, cancel: Cancel) -> None:
        self.grace = 0.0
        """How long this process may go on without its parent, in seconds."""
        self._connection, self._cancel = connection, cancel
        self._words: queue.Queue[Word | None] = queue.Queue()
        self._handles: list[int] = []
        self._rest = b""

    def read_part(self) -> Part | None:
        """Return the part, which is the first thing that is said; None when nothing ever is."""
        while b"\n" not in self._rest:
            data = self._receive()
            if not data:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return msgspec.json.decode(line, type=Part)

    def listen(self) -> None:
        """Hear the rest from here on, in a thread."""
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self) -> Word | None:
        """Wait for the next word about phases; None when there will be no more."""
        return self._words.get()

    def _listen(self) -> None:
        while True:
            *lines, self._rest = self._rest.split(b"\n")
            for line in lines:
                self._hear(msgspec.json.decode(line, type=Word))
            data = self._receive()
            if not data:
                self._cancel.ask("whoever asked for this run is gone")
                self._words.put(None)
                # Nobody else is left who would end a plugin that does not hear of the wish, and holds the lock.
                time.sleep(self.grace)
                os.kill(os.getpid(), signal.SIGKILL)
            self._rest += data

    def _hear(self, word: Word) -> None:
        if word.cancel is not None:
            self._cancel.ask(word.cancel)
        if word.go is not None or word.end:
            self._words.put(word)

    def _receive(self) -> bytes:
        # The handles are kept for as long as this process lives: they are what holds the locks.
        data, handles, _, _ = socket.recv_fds(self._connection, 65536, MOST_HANDLES)
        for handle in handles:
            os.set_inheritable(handle, False)
        self._handles += handles
        return data


def main() -> None:
    """Carry out the part that the parent sends, phase by phase, as the parent says."""
    gc.freeze()  # what was imported stays
    take_long_turns()
    cancel = Cancel()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda signum, frame: cancel.ask(signal.Signals(signum).name))
    control = Control(socket.socket(fileno=os.dup(0)), cancel)
    part = control.read_part()
    if part is None:
        return
    control.grace = part.request.choices.grace
    control.listen()
    prints = Prints()
    wire = Wire(prints.output)
    masker = Masker()
    sys.excepthook = lambda kind, error, trace: tell_break(error, masker)
    stand = Stand(environment=dict(os.environ), cwd=Path.cwd(), emit=wire.emit, cancel=cancel, path=tuple(sys.path))
    try:
        bench = make_bench(stand, part, masker)
        prints.tell(lambda text: tell_print(bench, part.app, text))
        if bench.holding is not None:
            bench.holding.join(part.leases)
        app = AppPart(bench, part, make_subject(stand, part, bench))
    except MilepostError as error:
        refuse(error, part.app, control, wire, masker)
    except BaseException:
        prints.end()  # whatever broke is told on the way that the parent reads last
        raise
    else:
        work(app, control, wire)
        prints.end()
        if bench.holding is not None:
            bench.holding.release()
        bench.history.store.close()
        gc.freeze()  # the parent waits for the end, and Python would look through all that there is first


def refuse(error: MilepostError, app: str, control: Control, wire: Wire, masker: Masker) -> None:
    """Answer the first word with why the app cannot even begin."""
    word = control.next()
    if word is None or word.go is None:
        return
    wire.emit(
        PhaseFinished(
            at=system_clock(),
            app=app,
            phase=word.go,
            ok=False,
            error=masker.text(str(error)),
            code=error.code,
            exit_status=error.exit_status,
            hint=masker.text(error.hint),
        )
    )


def tell_break(error: BaseException, masker: Masker) -> None:
    """Tell what this process dies of, as Python does, but without secrets."""
    os.write(2, masker.text("".join(traceback.format_exception(error))).encode(errors="replace"))


def tell_print(bench: Bench, app: str, text: str) -> None:
    """Tell a line that a plugin printed by itself."""
    bench.emit(Said(at=bench.clock(), app=app, stage="print", text=bench.masker.text(text)))


def work(app: AppPart, control: Control, wire: Wire) -> None:
    """Do the phases that the parent calls for, until it says that it was all."""
    while (word := control.next()) is not None and word.go is not None:
        wire.emit(do_phase(app, word.go, wire, word.leases))


def do_phase(app: AppPart, phase: Phase, wire: Wire, leases: tuple[Lease, ...] = ()) -> PhaseFinished:
    """Do the app's share of a phase, under the locks that were taken for it, and return how it went."""
    now, name = app.bench.clock, app.part.app
    holding = app.bench.holding
    try:
        if holding is not None:
            holding.join(leases)
        app.carry_out(phase)
    except MilepostError as caught:
        # That it was cancelled because of a lost lock is less of an answer than that the lock was lost.
        error = holding.lost if holding is not None and holding.lost is not None else caught
        told, code, exit_status, hint = str(error), error.code, error.exit_status, error.hint
    except Exception as error:
        wire.emit(Decided(at=now(), app=name, text=app.bench.masker.text(traceback.format_exc())))
        told, code, exit_status, hint = f"{type(error).__name__}: {error}", "bug", 1, ""
    else:
        return PhaseFinished(at=now(), app=name, phase=phase, ok=True)
    return PhaseFinished(
        at=now(),
        app=name,
        phase=phase,
        ok=False,
        live_changed=_live_changed(app),
        error=app.bench.masker.text(told),
        code=code,
        exit_status=exit_status,
        hint=app.bench.masker.text(hint),
    )


def _live_changed(app: AppPart) -> bool:
    """Return whether something else is live than before; where nobody can tell, it is taken to be."""
    try:
        return app.live_changed
    except MilepostError:
        return True


if __name__ == "__main__":
    main()
