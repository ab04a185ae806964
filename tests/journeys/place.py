"""A user with a project: the command line as a process of its own, in a state folder that nobody else has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.journeys.processes import Running, running

PATIENCE = 120.0
"""Seconds after which a command that should have ended counts as hanging."""


@dataclass(frozen=True)
class Answer:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def told(self) -> str:
        """All that people were told."""
        return self.out + self.err


@dataclass(frozen=True)
class Place:
    """A project's folder, and the state and cache of its user."""

    folder: Path
    root: Path
    """Where the user's own folders are."""
    more: Mapping[str, str] = field(default_factory=dict)
    """What else is in the environment."""

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.root / "state"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the user; the interpreter of the tests is found first."""
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.root / "home"),
            "USER": "ada",
            "LANG": "C.UTF-8",
            "MILEPOST_STATE": str(self.state),
            "MILEPOST_CACHE": str(self.root / "cache"),
            **self.more,
        }

    def having(self, **more: str) -> Place:
        """Return the same place with more in the environment."""
        return replace(self, more={**self.more, **more})

    def argv(self, *words: str) -> list[str]:
        """Return the command line."""
        return [sys.executable, "-m", "milepost.cli", *words]

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, as a shell would."""
        return subprocess.Popen(
            self.argv(*words),
            cwd=self.folder if self.folder.is_dir() else self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def ask(self, *words: str) -> Answer:
        """Run a command to its end, whatever that is; no traceback may show."""
        with self.start(*words) as process:
            try:
                out, err = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                raise AssertionError(f"{words} hangs\n{out}\n{err}") from None
        assert "Traceback" not in out + err, out + err
        return Answer(process.returncode, out, err)

    def run(self, *words: str, status: int = 0) -> Answer:
        """Run a command that is to end with that status."""
        answer = self.ask(*words)
        assert answer.status == status, f"{words}: {answer.status}\n{answer.out}\n{answer.err}"
        return answer

    def json(self, *words: str, status: int = 0) -> dict[str, Any]:
        """Run a command with --json and return its document."""
        return self.run("--json", *words, status=status).document

    def up(self, *words: str, status: int = 0) -> dict[str, Any]:
        """Run `up` and return its document."""
        return self.json("up", *words, status=status)

    def app_status(self, app: str = "web") -> dict[str, Any]:
        """Return how an app is."""
        apps = {each["app"]: each for each in self.json("status")["apps"]}
        found: dict[str, Any] = apps[app]
        return found

    def write(self, **files: str) -> None:
        """Write files into the project's folder; `__` in a name stands for the dot."""
        for name, text in files.items():
            (self.folder / name.replace("__", ".")).write_text(text)

    def running(self) -> list[Running]:
        """Return what runs for this place."""
        return running(self.state)


def fetch(url: str, timeout: float = 10.0) -> tuple[int, str]:
    """Return the status and the text with which a URL answers; status 0 when nobody does."""
    try:
        with urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (URLError, OSError) as error:
        return 0, str(error)


def text_of(url: str) -> str:
    """Return what a URL answers; it has to answer with 200."""
    status, text = fetch(url)
    assert status == 200, f"{url}: {status} {text}"
    return text


def until(what: str, done: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"waited {seconds:g} s in vain for {what}"
        time.sleep(0.02)
