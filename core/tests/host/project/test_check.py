from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.project.check import check_names, needs
from milepost.host.project.project import Project

Read = Callable[..., Project]

USE = '    use "x" {}\n'


def app(name: str, inside: str = "", deploy: str = "") -> str:
    return f'app "{name}" {{\n{inside}\n  deploy {{\n    use "x" {{}}\n{deploy}\n  }}\n}}\n'


def test_a_project_whose_names_are_right_has_no_problems(shop: Project) -> None:
    assert check_names(shop) == ()


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        (app("web") + app("api", '  depends_on = ["wbe"]'), 10, 'there is no app "wbe"', 'did you mean "web"?'),
        (app("web", '  depends_on = ["web"]'), 3, "these apps wait for each other: web → web", "take one of them out"),
        (
            app("a", '  depends_on = ["b"]') + app("b", '  depends_on = ["c"]') + app("c", '  depends_on = ["a"]'),
            3,
            "these apps wait for each other: a → b → c → a",
            "take one of them out",
        ),
        (app("web", '  build {\n    from = "api"\n  }') + app("ap"), 4, 'there is no app "api"', 'mean "ap"?'),
        (app("web", '  build {\n    from = "web"\n  }'), 4, "these apps wait for each other: web → web", "take one"),
        (app("web", '  build {\n    from = "api"\n  }') + app("api"), 4, 'the app "api" builds nothing', ""),
        (app("web", "  labels = { a = var.tga }"), 3, 'there is no variable "tga"', 'did you mean "tag"?'),
        (app("web", "  labels = { a = vra.tag }"), 3, 'the name "vra" means nothing', "did you mean var?"),
        (
            app("web", '  build {\n    use "x" {\n      a = "${artifact.image}"\n    }\n  }'),
            5,
            "artifact.image is not available in build; it is known after build",
            "",
        ),
        (
            app(
                "web", f'  build {{\n{USE}    hook {{\n      when = "after"\n      command = [artifact.x]\n    }}\n  }}'
            ),
            7,
            "artifact.x is not available in build",
            "",
        ),
        (
            app(
                "web",
                f'  build {{\n{USE}    registry {{\n      use "y" {{\n        a = deploy.url\n      }}\n    }}\n  }}',
            ),
            7,
            "deploy.url is not available in registry; it is known after deploy",
            "",
        ),
        (app("web", "", "    labels = { a = deploy.url }"), 6, "deploy.url is not available in deploy", ""),
        (app("web", "  config {\n    env = { A = artifact.x }\n  }"), 4, "artifact.x is not available outside of", ""),
        ("labels = { a = deploy.x }\n" + app("web"), 2, "deploy.x is not available outside of the stages", ""),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_where_it_stands(
    text: str, line: int, message: str, hint: str, read: Read
) -> None:
    # The variable stands last so that it moves no line.
    project = read('project = "shop"\n' + text + 'variable "tag" {\n  type = list(string)\n  default = []\n}\n')
    (problem,) = check_names(project)
    assert message in problem.message
    assert hint in problem.hint
    assert problem.position is not None
    assert problem.position.line == line
    assert problem.source


def test_what_a_stage_may_know_is_no_problem(read: Read) -> None:
    registry = '    registry {\n      use "y" {\n        a = artifact.x\n      }\n    }\n'
    release = '  release {\n    use "z" {\n      a = artifact.x\n      b = deploy.url\n    }\n  }\n'
    text = app("web", f"  build {{\n{USE}{registry}  }}\n{release}", "    labels = { a = artifact.x }")
    assert check_names(read('project = "shop"\n' + text)) == ()


def test_all_names_that_lead_nowhere_are_said_at_once(read: Read) -> None:
    text = app("a", '  depends_on = ["x"]\n  labels = { a = var.x, b = y.z }', "    labels = { c = deploy.x }")
    assert len(check_names(read('project = "shop"\n' + text))) == 4


def test_two_circles_are_two_problems(read: Read) -> None:
    pairs = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"), ("e", "a")]
    text = "".join(app(one, f'  depends_on = ["{other}"]') for one, other in pairs)
    messages = [each.message for each in check_names(read('project = "shop"\n' + text))]
    assert [each.partition(": ")[2] for each in messages] == ["a → b → a", "c → d → c"]


def test_an_app_needs_what_it_depends_on_and_what_it_takes(shop: Project) -> None:
    assert needs(shop.apps["worker"]) == ("web",)
    assert needs(shop.apps["web"]) == ()
