from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.host.language.document import FORMAT
from milepost.host.project.project import Project
from milepost.sdk.problem import Problem

Read = Callable[..., Project]
Problems = Callable[..., tuple[Problem, ...]]


def app(inside: str) -> str:
    return 'project = "shop"\napp "web" {\n' + inside + '\n  deploy {\n    use "local" {}\n  }\n}\n'


def test_a_project_has_its_apps_with_their_stages(shop: Project, tmp_path: Path) -> None:
    assert (shop.name, shop.folder, shop.file) == ("shop", tmp_path, tmp_path / "milepost.hcl")
    assert shop.workspaces == ("default", "staging")
    assert shop.history_path == str(tmp_path / "history")
    web, worker = shop.apps["web"], shop.apps["worker"]
    assert web.path == tmp_path / "web"
    assert worker.path == tmp_path
    assert web.build
    assert web.build.use
    assert web.build.registry
    assert (web.build.use.word, web.build.use.path) == ("files", 'build > use "files"')
    assert web.build.registry.use.path == 'registry > use "files"'
    assert [hook.position.line for hook in web.build.hooks] == [53, 60]
    assert web.deploy
    assert [task.name for task in web.deploy.tasks] == ["migrate"]
    assert web.release
    assert web.release.verify
    assert web.release.use
    assert worker.build
    assert (worker.build.use, worker.build.from_app) == (None, "web")
    assert worker.depends_on == ("web",)
    assert worker.release is None


def test_a_project_has_its_variables_and_observers(shop: Project) -> None:
    assert (str(shop.variables["tag"].type), shop.variables["tag"].sensitive) == ("string", False)
    assert (shop.variables["password"].env, shop.variables["password"].sensitive) == (("SHOP_PASSWORD",), True)
    assert [each.word for each in shop.observers] == ["notify"]


@pytest.mark.parametrize(
    ("text", "line", "words", "hint"),
    [
        ("", 1, 'a project file needs the argument "project"', "add project = …"),
        ('projekt = "x"', 1, 'has no argument "projekt"', "did you mean project?"),
        ('project = "a b"', 1, 'the name of a project is made of letters, digits, "-" and "_"; found "a b"', ""),
        ('project = "${var.x}"', 1, "expected a plain text, because it is read before", "without"),
        ("project = 5", 1, "project: expected a plain text", ""),
        ('project "x" {\n}', 1, '"project" is an argument, not a block', "write project = …"),
        (
            'project = "x"\nworkspaces = "y"',
            2,
            "workspaces: expected a list of plain texts",
            'write workspaces = ["…"]',
        ),
        ('project = "x"\nworkspaces = ["a b"]', 2, "the name of a workspace", ""),
        ('project = "x"\nservice "a" {\n}', 2, 'a project file has no block "service"', "there is app"),
        ('project = "x"\napps "a" {\n}', 2, 'a project file has no block "apps"', "did you mean app?"),
        ('project = "x"\napp = "y"', 2, '"app" is a block, not an argument', "write app { … }"),
        ('project = "x"\napp {\n}', 2, "app needs a label, the app's name", 'write app "NAME" { … }'),
        ('project = "x"\napp "" {\n  deploy {\n    use "l" {}\n  }\n}', 2, "is empty", ""),
        (
            'project = "x"\napp "a" "b" {\n  deploy {\n    use "l" {}\n  }\n}',
            2,
            "app takes one label",
            'write app "NAME" { … }',
        ),
        ('project = "${workspace.name}-x"', 1, "cannot go by the workspace", "write one name in quotes"),
        ('project = "x"\nconfig "a" {\n}', 2, "config takes no label", "write config { … }"),
        ('project = "x"\nconfig {\n}\nconfig {\n}', 4, "config is given twice; it is at line 2 already", "leave one"),
        ('project = "x"\napp "a" {\n}', 2, 'the app "a" has neither a build nor a deploy block', "add a build block"),
        ('project = "x"\nvariable "a" {\n  type = text\n}', 3, 'type: "text" is no type', ""),
        ('project = "x"\nvariable "a" {\n  default = var.b\n}', 3, "default: var.b cannot stand here", "write a value"),
        ('project = "x"\nvariable "a" {\n  sensitive = "yes"\n}', 3, "sensitive: expected true or false", ""),
        ('project = "x"\nhistory {\n  path = "~/x"\n}', 3, '"~" means nothing here', "write an absolute path"),
        (app('  path = "../other"'), 3, "is not in the folder of the project file", "that is "),
        (app('  path = "/etc"'), 3, "is not in the folder of the project file", "that is "),
        (app('  path = "${var.x}"'), 3, "path: expected a plain text", ""),
        (app('  depends_on = ["a", 1]'), 3, "depends_on: expected a plain text", ""),
        (app('  healht {\n  path = "/"\n  }'), 3, 'an app block has no block "healht"', "did you mean health?"),
        (app("  prot = 80"), 3, 'an app block has no argument "prot"', "did you mean port?"),
        (app("  build {\n  }"), 3, 'a build block has a "use" or a "from"; found neither', "write use"),
        (app('  build {\n    use "x" {}\n    from = "y"\n  }'), 3, "found both; leave one of them out", "write use"),
        (app('  release {\n    hook {\n      when = "before"\n    }\n  }'), 4, 'needs the argument "command"', "add"),
        (app('  build {\n    use "x" {}\n    registry {\n    }\n  }'), 5, 'needs the block "use"', 'add use "NAME"'),
        (
            app('  build {\n    use "x" {}\n    hook {\n      when = "befor"\n      command = ["a"]\n    }\n  }'),
            6,
            'when: expected one of "before", "after", "failure", "always", found "befor"',
            'did you mean "before"?',
        ),
    ],
)
def test_what_does_not_belong_is_refused_where_it_stands(
    text: str, line: int, words: str, hint: str, problems: Problems
) -> None:
    problem = problems(text)[0]
    assert problem.position is not None
    assert problem.position.line == line
    assert words in problem.message
    assert hint in problem.hint
    assert problem.source == text.split("\n")[line - 1]


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ('app "a" {\n  deploy {\n    use "l" {}\n  }\n}', 'app "a" is given twice'),
        ('variable "a" {\n}', 'variable "a" is given twice'),
        ('plugin "a" {\n}', 'plugin "a" is given twice'),
    ],
)
def test_a_name_is_given_once(block: str, words: str, problems: Problems) -> None:
    (problem,) = problems(f'project = "x"\n{block}\n{block}\n')
    assert words in problem.message
    assert "it is at line 2 already" in problem.message


def test_a_task_has_a_name_of_its_own(problems: Problems) -> None:
    task = '    task "t" {\n      command = ["x"]\n    }\n'
    (problem,) = problems('project = "x"\napp "a" {\n  deploy {\n    use "l" {}\n' + task + task + "  }\n}\n")
    assert 'task "t" is given twice; it is at line 5 already' in problem.message


def test_all_problems_are_said_at_once(problems: Problems) -> None:
    found = problems('projekt = "x"\napp "a" {\n  prot = 1\n  deploy {\n  }\n  bild {\n  }\n}\n')
    assert [each.position.line for each in found if each.position] == [1, 1, 3, 4, 6]


def test_a_wrong_when_in_a_waypoint_file_is_a_warning_and_its_hook_is_left_out(read: Read) -> None:
    text = app('  build {\n    use "x" {}\n    hook {\n      when = "befor"\n      command = ["a"]\n    }\n  }')
    project = read(text, "waypoint.hcl")
    assert project.apps["web"].build
    assert project.apps["web"].build.hooks == ()
    (warning,) = project.warnings
    assert warning.position is not None
    assert (warning.position.file, warning.position.line) == ("waypoint.hcl", 6)
    assert warning.source == '      when = "befor"'
    assert warning.hint == "this hook never runs"


def test_a_project_travels_as_a_document(shop: Project) -> None:
    assert Project.of_document(shop.document()) == shop


def test_a_document_of_another_format_is_refused(shop: Project) -> None:
    with pytest.raises(ValueError, match="of format 999"):
        Project.of_document(shop.document().replace(f'"format":{FORMAT}'.encode(), b'"format":999'))


def test_deep_nesting_travels_too(read: Read) -> None:
    deep = "[" * 95 + "]" * 95
    project = read(
        f'project = "x"\nplugin "a" {{\n  x = {deep}\n}}\nplugin "b" {{\n' + "c {\n" * 95 + "}\n" * 95 + "}\n"
    )
    assert Project.of_document(project.document()) == project
