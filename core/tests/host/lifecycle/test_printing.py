"""Output of real runs: kept while they go on, followed from elsewhere, in order, without secrets, whatever dies."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest

from core.tests.host.lifecycle.real import RealShop
from core.tests.host.lifecycle.shop import Shop
from core.tests.waiting import until
from milepost.host.escapes import UNENDED
from milepost.host.history.writer import as_it_is
from milepost.sdk.errors import HistoryError
from milepost.sdk.events import Output, Warned
from milepost.sdk.record import Operation
from milepost.sdk.store import OutputLine
from milepost.testing.distribution import installed
from milepost.testing.store import MemoryStore

TOKEN = 'c4n4ry-"with/üml?aut&-7f3a9b'
PEM = "\n".join(
    [
        "-----BEGIN KEY-----",
        *(f"{letter * 3}QIBADANBgkqhkiG9w0BAQ{letter * 40}" for letter in "ABC"),
        "x9Z=",
        "-----END-",
    ]
)
SECRETS = (
    'variable "token" {\n type = string\n sensitive = true\n}\nvariable "pem" {\n type = string\n sensitive = true\n}\n'
)

LEAK = """
import base64, json, sys, time, urllib.parse
token, pem = sys.argv[1:]
def say(text, stream=sys.stdout):
    stream.write(text)
    stream.flush()
say(token + "\\n")
say("plain " + token[:9]); time.sleep(0.4); say(token[9:] + " end\\n")
say(token[:5], sys.stderr); time.sleep(0.05); say(token[5:] + "\\n", sys.stderr)
for letter in token:
    say(letter); time.sleep(0.02)
say("\\n\\x1b[1m" + token[:7] + "\\x1b[0m" + token[7:] + "\\n")
for offset in range(3):
    say(base64.b64encode(b"x" * offset + token.encode()).decode() + "\\n")
say(urllib.parse.quote(token) + " " + json.dumps(token) + " " + json.dumps({"k": token}, ensure_ascii=False) + "\\n")
say(pem[:30]); time.sleep(0.3); say(pem[30:] + "\\n")
say(base64.encodebytes(pem.encode()).decode())
say("filler" * 20000 + token + "filler" * 20000 + "\\n")
say("the end\\n")
"""


def hook(folder: Path, script: str, *words: str, name: str = "job.py") -> str:
    """Return the body of a build with a hook that runs this Python script."""
    (folder / name).write_text(script)
    argv = ", ".join(['"python3"', f'"{folder / name}"', *words])
    return f'use "fake" {{}}\nhook {{\nwhen = "before"\ntimeout = 300\ncommand = [{argv}]\n}}'


def build_of(real: RealShop) -> Operation:
    (found,) = real.operations("build")
    return found


def printed(real: RealShop) -> list[OutputLine]:
    return [each for build in real.operations("build") for each in real.host().store.read_output(build.id)]


def drained(process: subprocess.Popen[str]) -> str:
    """Return what a process still prints, once it has ended."""
    assert process.stdout is not None
    text = process.stdout.read()
    process.wait()
    return text


def joined(lines: Sequence[str]) -> str:
    return "".join(each[:-1] if each.endswith(UNENDED) else f"{each}\n" for each in lines)


def test_no_form_of_a_secret_gets_through_however_it_is_printed(real: RealShop) -> None:
    real.write(build=hook(real.root, LEAK, "var.token", "var.pem"), top=SECRETS)
    outcome = real.run("build", variables={"token": TOKEN, "pem": PEM})
    assert outcome.exit_status == 0
    lines = [each.text for each in printed(real)]
    assert "the end" in lines
    assert "plain *** end" in joined(lines)
    told = [each.text for each in real.events if isinstance(each, Output)]
    bare = re.compile(r"\x1b\[[0-9;]*m")
    everything = "".join(bare.sub("", joined(each)) for each in (lines, told))
    stored = b"".join(each.read_bytes() for each in (real.root / "state").rglob("*") if each.is_file())
    forms = [
        TOKEN,
        json.dumps(TOKEN)[1:-1],
        quote(TOKEN),
        *PEM.splitlines()[1:-2],
        base64.b64encode(PEM.encode()).decode()[:60],
    ]
    forms += [base64.b64encode(b"x" * offset + TOKEN.encode()).decode()[4:-4] for offset in range(3)]
    for form in forms:
        assert form not in everything
        assert form.encode() not in stored


def test_both_streams_of_a_program_keep_their_order(real: RealShop) -> None:
    script = (
        "import sys, time\n"
        "for number in range(40):\n"
        "    stream = (sys.stdout, sys.stderr)[number % 2]\n"
        "    stream.write(f'{number}\\n'); stream.flush(); time.sleep(0.02)\n"
    )
    real.write(build=hook(real.root, script))
    real.run("build")
    lines = [each for each in printed(real) if each.source == "hook before"]
    numbers = [int(each.text) for each in lines]
    assert sorted(numbers) == list(range(40))
    assert {each.stream for each in lines} == {"stdout", "stderr"}
    # When this process was not let in for longer than between two lines, the streams may be read at once.
    assert sum(one > other for one, other in pairwise(numbers)) <= 4


def test_what_was_printed_a_while_before_a_kill_is_there(real: RealShop) -> None:
    script = (
        "import time\n"
        "while True:\n"
        "    print(f'{time.time():.3f}', flush=True); time.sleep(0.01)\n"
        "    print(f'half {time.time():.3f} ', end='', flush=True); time.sleep(0.01)\n"
    )
    real.write(build=hook(real.root, script))
    process = real.start("build")
    assert until(lambda: real.operations("build") and len(printed(real)) > 100)
    killed = time.time()
    os.kill(real.worker(), signal.SIGKILL)
    drained(process)
    assert build_of(real).status == "interrupted"
    times = [float(each) for each in re.findall(r"\d{9,}\.\d{3}", joined([each.text for each in printed(real)]))]
    assert times == sorted(times)
    assert times[-1] > killed - 2


def test_the_output_of_the_dead_is_packed_when_they_are_settled(real: RealShop) -> None:
    real.write(build=hook(real.root, "import time\nprint('x\\n' * 50000, flush=True)\ntime.sleep(600)\n"))
    process = real.start("build")
    assert until(lambda: real.operations("build") and len(printed(real)) > 50000)
    os.kill(real.worker(), signal.SIGKILL)
    drained(process)
    assert len(printed(real)) == 50001
    database = next((real.root / "state").rglob("output.sqlite"))
    assert b"x\nx\nx\nx\nx\n" not in database.read_bytes()


def test_a_run_is_followed_from_elsewhere_until_it_ends(real: RealShop) -> None:
    go = real.root / "go"
    script = (
        "import os, time\n"
        "print('first', flush=True)\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.05)\n"
        "print('second', flush=True)\n"
    )
    real.write(build=hook(real.root, script))
    run = real.start("build")
    assert until(lambda: real.operations("build") and printed(real))
    follower = real.start("logs", "--run", "last", "-f", "--json=events")
    assert follower.stdout is not None
    assert json.loads(follower.stdout.readline())["text"] == "first"
    go.touch()
    rest = [json.loads(line) for line in drained(follower).splitlines()]
    assert "second" in [each.get("text") for each in rest]
    assert rest[-1]["kind"] == "log-end"
    assert rest[-1]["status"] == "success"
    assert follower.returncode == 0
    drained(run)


def test_a_run_whose_processes_die_is_followed_to_there(real: RealShop) -> None:
    real.write(build=hook(real.root, "import time\nprint('alive', flush=True)\ntime.sleep(600)\n"))
    run = real.start("build")
    assert until(lambda: real.operations("build") and printed(real))
    follower = real.start("logs", "--run", "1", "--follow")
    assert follower.stdout is not None
    assert follower.stdout.readline().endswith("web build hook before | alive\n")
    program = build_of(real).processes[0].pid
    worker = real.worker()
    run.kill()
    os.kill(worker, signal.SIGKILL)
    os.killpg(program, signal.SIGKILL)
    assert follower.wait(60) == 0
    drained(run)


def test_an_output_limit_cuts_what_is_kept_and_not_what_is_shown(real: RealShop) -> None:
    script = "import sys\nfor number in range(20000):\n    sys.stdout.write(f'{number:09} {\"x\" * 40}\\n')\n"
    real.write(build=hook(real.root, script), top='history {\n  output_limit = "100kB"\n}\n')
    real.run("build")
    lines = [each for each in printed(real) if each.source == "hook before"]
    assert (lines[0].text[:9], lines[-1].text[:9]) == ("000000000", "000019999")
    assert build_of(real).unkept == 20000 - len(lines) > 10000
    assert (build_of(real).printed or 0) >= 20000
    shown = "\n".join(each.text for each in real.events if isinstance(each, Output))
    assert len(shown.splitlines()) == 20000


class FullStore(MemoryStore):
    """A store that keeps no output."""

    def write_output(self, operation: str, lines: object) -> None:
        """Refuse."""
        raise HistoryError("the disk is full")


def test_output_that_cannot_be_kept_is_one_warning_and_the_work_goes_on(tmp_path: Path) -> None:
    shop = Shop(tmp_path, FullStore())
    with installed(shop.site):
        shop.write(build=hook(tmp_path, "print('one')\nprint('two')\n"))
        shop.up()
    build = shop.last("build")
    assert (build.status, build.unkept > 0) == ("success", True)
    assert len([each for each in build.warnings if "the disk is full" in each]) == 1
    warned = [each.text for each in shop.events if isinstance(each, Warned) and "the disk is full" in each.text]
    assert len(warned) == len({each.id for each in shop.history.operations() if each.unkept})


def test_a_program_that_never_ends_its_line_fills_neither_disk_nor_memory(real: RealShop) -> None:
    script = "import os, resource\nfor _ in range(1500): os.write(1, b'y' * 65536)\n"
    real.write(build=hook(real.root, script), top='history {\n  output_limit = "1MB"\n}\n')
    process = real.start("build", "--json=events")
    shown = drained(process)
    assert process.returncode == 0
    assert shown.count("y") >= 1500 * 65536
    assert sum(len(each.text) for each in printed(real)) < 1_500_000
    assert build_of(real).unkept > 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=3m", "milepost-test", str(place)]
    if os.geteuid() != 0 or subprocess.run(argv, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount, and not everywhere")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_output_fills_up_leaves_a_history_that_is_whole(real: RealShop, small_disk: Path) -> None:
    real.environment["MILEPOST_HISTORY"] = str(small_disk / "history")
    real.run("build")
    script = "import base64, os\nfor _ in range(100000): print(base64.b64encode(os.urandom(60)).decode())\n"
    real.write(build=hook(real.root, script))
    try:
        ended = real.run("build").exit_status
    except HistoryError:
        ended = 1
    warned = [each.text for each in real.events if isinstance(each, Warned) and "the disk is full" in each.text]
    assert len(warned) == 1
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    first, second = real.operations("build")
    assert first.status == "success"
    store = real.host().store
    document = store.get(second.id)
    assert document is not None
    assert as_it_is(document, store)["status"] == ("interrupted" if ended else "success")
    assert store.check() == []
    kept = store.read_output(second.id)
    assert len(kept) > 1000
    assert [each.number for each in kept[:1000]] == list(range(1, 1001))
    real.write()
    assert real.run("build").exit_status == 0
