"""What the scan finds, and what it passes over."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

from milepost.host.plugins.scan import Entry, normal, scan
from milepost.testing.distribution import write_distribution
from milepost.testing.project import write_files

BUILDER = {"milepost.v1.builder": {"acme": "acme.plugin"}}


def test_an_installed_distribution_is_found_with_all_its_words(tmp_path: Path) -> None:
    groups = {**BUILDER, "milepost.v1.platform": {"acme": "acme.plugin", "acme-edge": "acme.plugin"}}
    write_distribution(tmp_path, "Milepost_Acme", "1.2.3", groups)
    found = scan([str(tmp_path)])
    assert found == (
        Entry(1, "builder", "acme", "acme.plugin", "milepost-acme", "1.2.3"),
        Entry(1, "platform", "acme", "acme.plugin", "milepost-acme", "1.2.3"),
        Entry(1, "platform", "acme-edge", "acme.plugin", "milepost-acme", "1.2.3"),
    )


def test_the_groups_of_others_and_of_no_version_are_passed_over(tmp_path: Path) -> None:
    groups = {
        "console_scripts": {"acme": "acme:main"},
        "milepost.vx.builder": {"no-number": "acme"},
        "milepost.v1.": {"no-role": "acme"},
        "milepost.v1": {"no-dot": "acme"},
        **BUILDER,
    }
    write_distribution(tmp_path, "acme", "1", groups)
    assert [each.word for each in scan([str(tmp_path)])] == ["acme"]


def test_another_api_version_is_told_by_its_group(tmp_path: Path) -> None:
    write_distribution(tmp_path, "acme", "1", {"milepost.v12.config_source": {"vault": "acme"}})
    assert scan([str(tmp_path)]) == (Entry(12, "config_source", "vault", "acme", "acme", "1"),)


def test_comments_extras_and_spaces_are_understood(tmp_path: Path) -> None:
    text = "# one\n[ milepost.v1.builder ]\n; two\n\n  acme=acme.plugin [fast]  \n\tother =  other\n"
    write_files(tmp_path / "acme-1.dist-info", {"entry_points.txt": text.replace("\n", "\r\n")})
    assert [(each.word, each.module) for each in scan([str(tmp_path)])] == [("acme", "acme.plugin"), ("other", "other")]


def test_the_first_distribution_of_a_name_hides_the_later_ones(tmp_path: Path) -> None:
    write_distribution(tmp_path / "first", "milepost-acme", "1", {})
    write_distribution(tmp_path / "second", "Milepost.Acme", "2", BUILDER)
    assert scan([str(tmp_path / "first"), str(tmp_path / "second")]) == ()
    assert [each.version for each in scan([str(tmp_path / "second"), str(tmp_path / "first")])] == ["2"]


def test_a_folder_that_is_twice_on_the_path_counts_once(tmp_path: Path) -> None:
    write_distribution(tmp_path, "acme", "1", BUILDER)
    assert len(scan([str(tmp_path), str(tmp_path)])) == 1


def test_what_is_no_readable_folder_is_passed_over(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "libs.zip", "w") as archive:
        archive.writestr("acme-1.dist-info/entry_points.txt", "[milepost.v1.builder]\nacme = acme\n")
    write_distribution(tmp_path / "there", "acme", "1", BUILDER)
    path = [str(tmp_path / "libs.zip"), str(tmp_path / "gone"), str(tmp_path / "there")]
    assert len(scan(path)) == 1


def test_the_empty_entry_of_the_path_is_the_working_folder(tmp_path: Path) -> None:
    write_distribution(tmp_path, "acme", "1", BUILDER)
    code = "from milepost.host.plugins.scan import scan; print(scan(['']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "acme.plugin" in done.stdout


def test_what_pip_left_of_a_removed_distribution_is_no_distribution(tmp_path: Path) -> None:
    write_files(tmp_path / "~cme-1.dist-info", {"entry_points.txt": "[milepost.v1.builder]\nacme = acme\n"})
    assert scan([str(tmp_path)]) == ()


def test_an_egg_of_an_editable_install_says_its_version_inside(tmp_path: Path) -> None:
    write_files(
        tmp_path / "milepost_acme.egg-info",
        {
            "PKG-INFO": "Metadata-Version: 1.0\nName: milepost-acme\nVersion: 0.3.dev1\n",
            "entry_points.txt": "[milepost.v1.builder]\nacme = acme\n",
        },
    )
    write_files(tmp_path, {"old-1.egg-info": "a single file, as distutils wrote it"})
    assert scan([str(tmp_path)]) == (Entry(1, "builder", "acme", "acme", "milepost-acme", "0.3.dev1"),)


def test_a_version_that_stands_nowhere_is_empty(tmp_path: Path) -> None:
    write_files(tmp_path / "acme.egg-info", {"entry_points.txt": "[milepost.v1.builder]\nacme = acme\n"})
    assert [each.version for each in scan([str(tmp_path)])] == [""]


def test_bytes_that_are_no_text_do_not_stop_the_scan(tmp_path: Path) -> None:
    write_files(tmp_path / "acme-1.dist-info", {"entry_points.txt": b"\xff\xfe\n[milepost.v1.builder]\nacme = a\xff\n"})
    assert [each.word for each in scan([str(tmp_path)])] == ["acme"]


def test_a_line_without_a_module_is_kept_for_a_clear_error(tmp_path: Path) -> None:
    write_files(tmp_path / "acme-1.dist-info", {"entry_points.txt": "[milepost.v1.builder]\nacme\n"})
    assert [(each.word, each.module) for each in scan([str(tmp_path)])] == [("acme", "")]


def test_it_finds_in_this_environment_what_importlib_finds() -> None:
    ours = {(f"milepost.v{each.api}.{each.role}", each.word, each.module) for each in scan(sys.path)}
    theirs = {
        (point.group, point.name, point.value)
        for distribution in metadata.distributions()
        for point in distribution.entry_points
        if point.group.startswith("milepost.v")
    }
    assert ours == theirs
    assert ours, "the built-in plugins are installed where the tests run"


def test_names_are_normal_as_the_packaging_rules_say() -> None:
    assert normal("Milepost__Acme.-Tools") == "milepost-acme-tools"


def test_a_scan_imports_nothing_but_the_catalog_and_the_errors(tmp_path: Path) -> None:
    write_distribution(tmp_path, "acme", "1", BUILDER, {"acme/plugin.py": "raise SystemExit(3)"})
    code = (
        "import sys; before = set(sys.modules)\n"
        "from milepost.host.plugins.catalog import Catalog\n"
        "from milepost.host.plugins.scan import scan\n"
        "assert Catalog(scan([sys.argv[1]])).words('builder') == ('acme',)\n"
        "heavy = {'pluggy', 'msgspec', 'importlib.metadata', 'rich', 'typer', 'asyncio', 'acme'}\n"
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
