"""Templates: what is rendered, where the copies are, and who may read them."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from milepost.host.language.values import Marked, Unknown
from milepost.sdk.secret import Part, Secret
from milepost.testing.project import write_files

if TYPE_CHECKING:
    from core.tests.host.language.functions.conftest import Project

PASSWORD = Secret([Part("hush-hush", "var.password")])


def test_a_template_knows_what_is_given_and_what_is_known_where_it_is_called(project: Project) -> None:
    template = "$${greeting} $${var.name}%%{ if loud }!%%{ endif }"
    expression = f'templatestring("{template}", {{greeting = "hi", loud = false}}, {{loud = true}})'
    assert project.value(expression, name="web") == "hi web!"


def test_a_secret_in_a_template_is_one_in_the_text_and_says_where_it_came_from(project: Project) -> None:
    found = project.value('templatestring("pw=$${p}", {p = var.password, q = 1})', password=PASSWORD)
    assert isinstance(found, Secret)
    assert (found.reveal(), found.sources) == ("pw=hush-hush", ("var.password",))
    assert project.value('templatestring("q=$${q}", {p = var.password, q = 1})', password=PASSWORD) == "q=1"


def test_a_template_waits_for_what_it_uses_and_is_not_known_yet(project: Project) -> None:
    later = Unknown("artifact.image")
    write_files(project.folder, {"a.tpl": "${x}"})
    assert isinstance(project.value('templatestring("$${x}", {x = var.later})', later=later), Unknown)
    assert isinstance(project.value('templatefile("a.tpl", {x = var.later})', later=later), Unknown)
    assert project.value('templatestring("y", {x = var.later})', later=later) == "y"


def test_a_file_is_rendered_into_a_copy_with_its_name(project: Project) -> None:
    write_files(project.folder, {"conf/app.conf": "port = ${port}\n"})
    path = Path(project.value('templatefile("conf/app.conf", {port = 80})'))
    assert path.read_text() == "port = 80\n"
    assert path.name == "app.conf"
    assert path.is_relative_to(project.folder.parent / "state")
    assert project.value('file(templatefile("conf/app.conf", {port = 80}))') == "port = 80\n"


def test_a_copy_is_readable_by_the_user_alone(project: Project) -> None:
    write_files(project.folder, {"app.conf": "${p}"})
    path = Path(project.value('templatefile("app.conf", {p = 1})'))
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)] == [0o600, 0o700]


@pytest.mark.parametrize("call", ['templatefile("conf/app.conf", ', 'templatedir("conf", '])
def test_a_file_with_a_secret_is_not_rendered(call: str, project: Project) -> None:
    write_files(project.folder, {"conf/app.conf": "${p}"})
    problem = project.problem(call + "{p = var.password})", password=PASSWORD)
    assert "would have a secret in clear on the disk" in problem.message
    assert "templatestring(file(…), …)" in problem.hint
    assert not list(project.folder.parent.glob("state/rendered/*"))


def test_the_same_content_has_the_same_path_and_is_written_once(project: Project) -> None:
    write_files(project.folder, {"a.conf": "${x}", "b.conf": "${x}"})
    path = project.value('templatefile("a.conf", {x = 1})')
    written = Path(path).stat().st_mtime_ns, Path(path).stat().st_ino
    assert project.value('templatefile("a.conf", {x = 1})') == path
    assert (Path(path).stat().st_mtime_ns, Path(path).stat().st_ino) == written
    assert project.value('templatefile("a.conf", {x = 2})') != path
    assert project.value('templatefile("b.conf", {x = 1})') != path


def test_a_copy_that_somebody_changed_is_written_anew(project: Project) -> None:
    write_files(project.folder, {"a.conf": "${x}"})
    path = Path(project.value('templatefile("a.conf", {x = 1})'))
    path.write_text("torn")
    project.value('templatefile("a.conf", {x = 1})')
    assert path.read_text() == "1"
    assert [each.name for each in path.parent.iterdir()] == ["a.conf"]


def test_a_folder_is_rendered_with_all_folders_in_it(project: Project) -> None:
    files = {"k8s/web.yml": "name: ${name}", "k8s/deep/.env": "N=${name}", "k8s/plain": "x", "other": "${nope}"}
    write_files(project.folder, files)
    folder = Path(project.value('templatedir("k8s", {name = "web"})'))
    found = {str(each.relative_to(folder)): each for each in folder.rglob("*") if each.is_file()}
    assert {name: each.read_text() for name, each in found.items()} == {
        "web.yml": "name: web",
        "deep/.env": "N=web",
        "plain": "x",
    }
    assert {stat.S_IMODE(each.stat().st_mode) for each in found.values()} == {0o600}
    assert stat.S_IMODE((folder / "deep").stat().st_mode) == 0o700
    assert project.value('templatedir("k8s", {name = "web"})') == str(folder)


def test_an_error_in_a_template_has_its_place_there(project: Project) -> None:
    write_files(project.folder, {"conf/a.tpl": "one\n  ${nme}\n", "b.tpl": "%{ if x }"})
    assert "conf/a.tpl:2:5" in project.problem('templatefile("conf/a.tpl", {name = 1})').message
    assert "b.tpl:1" in project.problem('templatefile("b.tpl", {x = true})').message
    assert "a.tpl:2:5" in project.problem('templatedir("conf", {name = 1})').message


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ('templatestring("x", {"a b" = 1})', '"a b" cannot be a name'),
        ('templatestring("x", {}, {"1" = 1})', '"1" cannot be a name'),
        ('templatestring("$${templatestring(\\"x\\")}")', "cannot render another"),
        ('templatefile("t")', "cannot render another"),
        ('templatefile("nothing")', 'there is no file "nothing"'),
        ('templatefile("image")', "no text in UTF-8"),
        ('templatedir("nothing")', 'there is no folder "nothing"'),
        ('templatedir("t")', 'there is no folder "t"'),
        ('templatedir("..")', "outside"),
        ('templatestring("x", 1)', "argument"),
    ],
)
def test_what_cannot_be_rendered_is_told(project: Project, expression: str, words: str) -> None:
    write_files(project.folder, {"t": '${templatefile("t")}', "image": b"\xff"})
    assert words in project.problem(expression).message


def test_what_cannot_be_written_is_told_with_a_way_out(project: Project) -> None:
    write_files(project.folder, {"a": "x"})
    (project.folder.parent / "state").write_text("a file in place of the folder")
    problem = project.problem('templatefile("a")')
    assert "cannot be written to" in problem.message
    assert "XDG_STATE_HOME" in problem.hint


def test_objects_that_are_secret_as_a_whole_stay_so(project: Project) -> None:
    users: Any = Marked({"name": "root"}, "var.users")
    found = project.value('templatestring("$${name}", var.users)', users=users)
    assert isinstance(found, Secret)
    assert found.reveal() == "root"
