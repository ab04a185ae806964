"""What is wrong with scoped bodies, whether they apply or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.project.check import check_names
from milepost.host.project.project import Project
from milepost.sdk.problem import Problem

Read = Callable[..., Project]
Problems = Callable[..., tuple[Problem, ...]]


def shop(inside: str) -> str:
    return f'project = "shop"\n\napp "web" {{\n{inside}\n}}\n'


def deploy(inside: str, *scoped: str) -> str:
    return "deploy {\n" + inside + "\n" + "\n".join(scoped) + "\n}"


@pytest.mark.parametrize(
    ("text", "line", "columns", "words"),
    [
        (deploy('use "x" {}', 'label "env = prod" {\n}'), 5, (12, 13), "this selector cannot be read"),
        (deploy('use "x" {}', 'label "env ==" {\n}'), 5, (14, 15), "this selector cannot be read"),
        (deploy('use "x" {}', 'workspace "stagin" {\n}'), 5, (11, 19), 'the project has no workspace "stagin"'),
        (deploy('use "x" {}', 'workspace "a b" {\n}'), 5, (11, 16), "the name of a workspace is made of"),
        (deploy('use "x" {}', 'workspace "prod" {\nreplace = true\n}'), 5, (1, 17), 'it needs the block "use"'),
        (deploy('use "x" {}', 'workspace "prod" {\nreplace = 1\n}'), 6, (11, 12), "replace: expected true or false"),
        (deploy('use "x" {}', 'workspace "prod" {\nusee "x" {}\n}'), 6, (1, 9), 'has no block "usee"'),
        (deploy('use "x" {}', 'workspace "prod" {\n}\nworkspace "prod" {\n}'), 7, (1, 17), "is given twice"),
        (
            deploy('use "x" {}', 'workspace "prod" {\nhook {\nwhen = "never"\ncommand = ["x"]\n}\n}'),
            7,
            (8, 15),
            "when: expected one of",
        ),
        ('workspace "prod" {\npath = "../x"\n}\n' + deploy('use "x" {}'), 4, (8, 14), "is not in the folder"),
    ],
)
def test_what_is_wrong_in_a_scoped_body_is_said_wherever_one_is(
    text: str, line: int, columns: tuple[int, int], words: str, problems: Problems
) -> None:
    (problem,) = problems(
        f'project = "x"\nworkspaces = ["prod", "staging"]; app "a" {{\n{text}\n}}\n'.replace("; ", "\n")
    )
    assert problem.position
    assert words in problem.message
    assert (problem.position.line - 1, problem.position.column, problem.position.end_column) == (line - 0, *columns)


def test_a_scoped_body_of_a_waypoint_file_needs_what_stands_alone(problems: Problems) -> None:
    text = shop(deploy('use "local" {}', 'workspace "production" {\nreplace = true\n}'))
    alone, replace = problems(text, "waypoint.hcl")
    assert 'it needs the block "use"' in alone.message
    assert "in a waypoint.hcl a scoped body stands alone always" in replace.message


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ('workspace "p" {\ndepends_on = ["wroker"]\n}\n' + deploy('use "x" {}'), 'there is no app "wroker"'),
        ('build {\nuse "x" {}\nworkspace "p" {\nfrom = "other"\n}\n}', 'there is no app "other"'),
        (deploy('use "x" {}', 'label "a == b" {\nuse "y" {\na = var.nothing\n}\n}'), 'there is no variable "nothing"'),
        ('build {\nuse "x" {}\nworkspace "p" {\nuse "y" {\na = artifact.x\n}\n}\n}', "artifact.x is not available in"),
        ('workspace "p" {\n' + deploy('use "y" {\na = deploy.url\n}') + "\n}", "deploy.url is not available in"),
    ],
)
def test_names_in_bodies_that_do_not_apply_are_checked(inside: str, words: str, read: Read) -> None:
    (problem,) = check_names(read(shop(inside)))
    assert words in problem.message


def test_an_artifact_is_known_in_the_deploy_of_another_workspace(read: Read) -> None:
    text = 'workspace "p" {\n' + deploy('use "y" {\na = artifact.image\n}') + '\n}\nbuild {\nuse "x" {}\n}'
    assert check_names(read(shop(text))) == ()


def test_a_selector_with_escapes_is_shown_as_a_whole(problems: Problems) -> None:
    (problem,) = problems(shop(deploy('use "x" {}', 'label "a == \\"b\\" andd" {\n}')))
    assert problem.position
    assert (problem.position.line, problem.position.column) == (6, 7)
