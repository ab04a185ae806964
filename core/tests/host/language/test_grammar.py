from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from milepost.host.language.syntax import tables
from milepost.host.language.syntax.derived import EDITS, derived
from milepost.sdk.errors import ProjectError


def grammar() -> str:
    package = find_spec("hcl2")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("hcl2.lark").read_text()


def kept(cache: Path) -> Path:
    (file,) = cache.iterdir()
    return file


def test_all_edits_fit_the_grammar_of_the_pinned_python_hcl2() -> None:
    text = derived(grammar())
    assert all(each.text in text for each in EDITS)


def test_an_edit_that_no_longer_fits_is_named() -> None:
    changed = grammar().replace("unary_op : (MINUS", "sign_op : (MINUS")
    with pytest.raises(ProjectError) as caught:
        derived(changed)
    assert 'has the rule "unary_op" 0 times' in str(caught.value)
    assert "signs before a value may be several" in str(caught.value)
    assert "pip install" in caught.value.hint


def test_the_tables_are_kept_in_the_cache_folder_only(tmp_path: Path) -> None:
    package = find_spec("hcl2")
    assert package is not None
    assert package.origin is not None
    before = {each.name: each.stat().st_mtime_ns for each in Path(package.origin).parent.iterdir() if each.is_file()}
    tables.load(tmp_path / "cache")
    assert kept(tmp_path / "cache").name.startswith("grammar-")
    after = {each.name: each.stat().st_mtime_ns for each in Path(package.origin).parent.iterdir() if each.is_file()}
    assert after == before


def test_the_tables_that_were_kept_read_the_same(tmp_path: Path) -> None:
    first, second = tables.load(tmp_path), tables.load(tmp_path)
    text = 'a = [for x in y : x.z[*] + 1]\nb "h" {\n}\n'
    assert first.parse(text, start="start") == second.parse(text, start="start")


@pytest.mark.parametrize("content", [b"", b"x", b"\x80\x04K\x01.", None])
def test_torn_or_foreign_tables_are_made_again(tmp_path: Path, content: bytes | None) -> None:
    tables.load(tmp_path)
    file = kept(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:-100] if content is None else content)
    assert tables.load(tmp_path).parse("a = 1\n", start="start")
    assert len(file.read_bytes()) == len(whole)


def test_a_cache_folder_that_cannot_be_made_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert tables.load(tmp_path / "file" / "cache").parse("a = 1\n", start="start")


def test_a_process_makes_one_parser() -> None:
    assert tables.parser(None) is tables.parser(None)


def test_reading_a_file_imports_the_parser_but_not_the_rest_of_python_hcl2(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from milepost.host.language.syntax.lower import lower\n"
        "from milepost.host.language.source import source_of\n"
        f"lower(source_of('t', b'a = 1'), Path({str(tmp_path)!r}))\n"
        "sys.exit('hcl2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
