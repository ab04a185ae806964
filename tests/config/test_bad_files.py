"""What is no file, no text, or not in the project: none of it is read, waited for, or shown as it is."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from milepost.sdk.problem import UNSHOWN
from tests.config.validating import GOOD, ODD, OUT, SENSITIVE, Make, assert_told, env, link, loop, said, sparse

READERS = ("file", "filebase64", "templatefile", "jsonnetfile", "templatedir")


@pytest.mark.parametrize(
    ("function", "path", "words"),
    [
        (function, path, words)
        for function in READERS
        for path, words in (
            *[(path, OUT) for path in ("../x", "/etc/passwd", "circle/../../x", "link", "zero", "/dev/stdin")],
            *[
                ("loop", "loop"),
                ("fifo", "fifo"),
                ("sparse", "sparse"),
                ("circle/x", "there is no"),
                ("a\\u0000b", "NUL"),
            ],
            *[("x" * 5000, "xxx"), ("a/" * 3000, "a/a"), ("", '""')],
        )
        # The folder of the project itself can be rendered.
        if path or function != "templatedir"
    ],
)
def test_a_function_reads_no_file_that_is_none_or_not_in_the_project(
    function: str, path: str, words: str, tmp_path: Path
) -> None:
    call = f'{function}("{path}"{", {}" if function.startswith("template") else ""})'
    problems = said(tmp_path, {"milepost.hcl": env(call), **ODD})
    assert_told(problems, words)
    assert problems[0].position is not None
    assert problems[0].position.line == 5


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [(".", "../**"), ("circle", "**"), ("loop", "*"), ("fifo", "*"), (".", "/etc/*"), ("x" * 5000, "*"), (".", "zero")],
)
def test_a_set_of_files_has_none_from_outside(folder: str, pattern: str, tmp_path: Path) -> None:
    call = f'[for each in fileset("{folder}", "{pattern}") : file("${{each}} is there")]'
    told = said(
        tmp_path, {"milepost.hcl": env(call), **{name: ODD[name] for name in ("loop", "fifo", "zero", "circle")}}
    )
    assert not any("etc" in each.message or "zero is" in each.message for each in told)


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"", (1, 1), "needs the argument"),
        (GOOD.encode() + b"\0", (9, 1), "a control character (U+0000)"),
        (GOOD.encode("utf-16"), (1, 1), "not text in UTF-8"),
        (GOOD.encode("utf-16-le"), (1, 2), "a control character (U+0000)"),
        (GOOD.encode("utf-32"), (1, 1), "not text in UTF-8"),
        (GOOD.encode() + b"# caf\xe9\n", (9, 6), "not text in UTF-8: found the byte 0xe9"),
        (b"\x7fELF\x02", (1, 1), "control character"),
        ((GOOD + "\ufeffx = 1\n").encode(), (9, 1), "has no meaning here"),
        (("\ufeff\ufeff" + GOOD).encode(), (1, 1), "has no meaning here"),
        (GOOD.replace("\n", "\r").encode(), (1, 17), "a carriage return without a line feed"),
        (GOOD.replace("web", "w\u202eeb").encode(), (2, 5), "w\\u202eeb"),
        (GOOD.replace("web", "w\\neb").encode(), (2, 5), "letters, digits"),
        (GOOD.replace('"local"', '"lo\u202ecal"').encode(), (4, 5), "no plugin offers"),
        ((GOOD + "a\U000e0041 = 1\n").encode(), (9, 2), "has no meaning here"),
        (GOOD.encode() + b" " * 2**20, (1, 1), "larger than 1024 KiB"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value),
)
def test_bytes_that_are_no_project_file_are_told_with_their_place(
    content: bytes, place: tuple[int, int], words: str, tmp_path: Path
) -> None:
    problems = said(tmp_path, {"milepost.hcl": content})
    assert problems[0].position is not None
    assert (problems[0].position.line, problems[0].position.column) == place
    assert words in str(problems[0])
    assert not re.search(UNSHOWN, str(problems[0]))


@pytest.mark.parametrize("text", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.replace("}\n", "}\r\n")])
def test_a_byte_order_mark_and_any_line_ends_are_no_harm(text: str, tmp_path: Path) -> None:
    assert said(tmp_path, {"milepost.hcl": text.encode()}) == []


@pytest.mark.parametrize(("name", "words"), [("sparse", "larger than"), ("fifo", "no project"), ("loop", "no project")])
@pytest.mark.parametrize("file", ["milepost.hcl", "milepost.hcl.json"])
def test_a_project_file_that_is_no_file_is_not_waited_for(file: str, name: str, words: str, tmp_path: Path) -> None:
    assert_told(said(tmp_path, {file: ODD[name]}), words)


@pytest.mark.parametrize("shown", ["f.mpvars", "f.json"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (sparse, "larger than 1024 KiB"),
        (os.mkfifo, "there is no file"),
        (Path.mkdir, "there is no file"),
        (loop, "there is no file"),
        (link("/dev/zero"), "there is no file"),
        (link("/proc/self/mem"), "cannot be read"),
        ("t=1".encode("utf-16"), "not text in UTF-8"),
        (b"\x7fELF", "control character"),
    ],
)
def test_a_variable_file_that_is_none_is_told(content: bytes | Make, words: str, shown: str, tmp_path: Path) -> None:
    problems = said(tmp_path, {"milepost.hcl": SENSITIVE + GOOD, shown: content}, variable_files=(shown,))
    assert_told(problems, words)


@pytest.mark.parametrize("name", ["../no", "/dev/zero", "a\0b", "x" * 5000, "", "~/x"])
def test_a_variable_file_that_is_nowhere_is_told(name: str, tmp_path: Path) -> None:
    problems = said(tmp_path, {"milepost.hcl": SENSITIVE + GOOD}, variable_files=(name,))
    assert_told(problems, "there is no file")


@pytest.mark.parametrize(("name", "words"), [("t", "not text in UTF-8"), ("s", "a secret that is something else")])
def test_bytes_in_the_environment_that_are_no_text_are_told(name: str, words: str, tmp_path: Path) -> None:
    problems = said(tmp_path, {"milepost.hcl": SENSITIVE + GOOD}, {f"MILEPOST_VAR_{name}": "\udcff"})
    assert_told(problems, words)
