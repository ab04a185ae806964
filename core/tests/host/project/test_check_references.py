"""Names in expressions that lead nowhere, or to what is known too late, are found before anything runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.project.check import check_names
from milepost.host.project.project import Project
from milepost.sdk.errors import ProjectFileError

Read = Callable[..., Project]

LOCALS = """
locals {
  image  = artifact.image
  both   = { image = local.image, plain = "x" }
  url    = "${deploy.url}/x"
  plain  = "x"
  deeper = [local.both.image]
}
"""


def project(read: Read, *, outside: str = "", build: str = "", deploy: str = "", more: str = "") -> Project:
    return read(f"""project = "shop"
app "web" {{
  {outside}
  build {{
    use "x" {{
      {build}
    }}
  }}
  deploy {{
    use "x" {{
      {deploy}
    }}
  }}
}}
variable "tag" {{
  default = "x"
}}
{LOCALS}
{more}
""")


@pytest.mark.parametrize(
    ("places", "line", "message"),
    [
        (
            {"build": "a = local.image"},
            6,
            "local.image is not available in build: local.image uses artifact.image; it is known after build",
        ),
        (
            {"build": "a = local.both"},
            6,
            "local.both is not available in build: local.both uses local.image, local.image uses artifact.image; "
            "it is known after build",
        ),
        (
            {"build": "a = local.deeper"},
            6,
            "local.deeper is not available in build: local.deeper uses local.both.image, "
            "local.both.image uses local.image, local.image uses artifact.image; it is known after build",
        ),
        (
            {"outside": 'labels = { a = "${local.url}" }'},
            3,
            "local.url is not available outside of the stages: local.url uses deploy.url; it is known after deploy",
        ),
        ({"deploy": "a = local.url"}, 11, "local.url is not available in deploy"),
    ],
)
def test_a_local_that_is_known_too_late_says_on_what_way(
    places: dict[str, str], line: int, message: str, read: Read
) -> None:
    (problem,) = check_names(project(read, **places))
    assert problem.message.startswith(message)
    assert problem.related[-1].position.line > line
    assert problem.position is not None
    assert problem.position.line == line


def test_what_is_not_used_of_a_local_does_not_come_too_late(read: Read) -> None:
    assert check_names(project(read, build="a = local.both.plain", deploy="a = [local.image, local.both]")) == ()


@pytest.mark.parametrize(
    ("expression", "message", "hint"),
    [
        ("workspace.nme", "there is no workspace.nme", "did you mean workspace.name?"),
        ("workspace.name.x", "workspace.name is a text, which has no parts", "write workspace.name"),
        ("git.comit", "there is no git.comit", "did you mean git.commit?"),
        ("git.zzzz", "there is no git.zzzz", "there is git.commit, git.short, git.branch"),
        ("path.pwdd", "there is no path.pwdd", "did you mean path.pwd?"),
        ("config.envi", "there is no config.envi", "did you mean config.env?"),
        ("config.env.A", "config.env.A can be used in config blocks only", "write a local that both use"),
        ("entrypoint.x", "there is no entrypoint.x", "there is entrypoint.env"),
        ("local.plian", "there is no local.plian", "did you mean local.plain?"),
        ("var.tga", 'there is no variable "tga"', 'did you mean "tag"?'),
        ("gti.commit", 'the name "gti" means nothing', "did you mean git?"),
        ('true ? 1 : secret("env", "X")', "secret(…) can be called in config values", 'write variable "NAME"'),
        ('uper("x")', 'there is no function "uper"', "did you mean upper?"),
        ("true ? 1 : uper(2)", 'there is no function "uper"', "did you mean upper?"),
        ('zzz::zzz("x")', 'there is no function "zzz::zzz"', "milepost functions"),
        ("[for x in [1] : uper(x)]", 'there is no function "uper"', "did you mean upper?"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_the_nearest(
    expression: str, message: str, hint: str, read: Read
) -> None:
    (problem,) = check_names(project(read, build=f"a = {expression}"))
    assert problem.message.startswith(message)
    assert problem.hint.startswith(hint)
    assert problem.position is not None
    assert problem.source


@pytest.mark.parametrize(
    "expression",
    [
        "git.dirty",
        "entrypoint.env",
        "path.app",
        'labels["x"]',
        "[for var in [1] : var]",
        "{ for k, v in var.tag : k => v.x }",
        'upper("x")',
    ],
)
def test_a_name_that_is_there_is_no_problem(expression: str, read: Read) -> None:
    assert check_names(project(read, build=f"a = {expression}")) == ()


def test_locals_that_need_each_other_are_a_circle_though_nobody_uses_them(read: Read) -> None:
    more = 'locals {\n  a = "${local.b}"\n  b = [local.c.x]\n  c = { x = local.a }\n}\n'
    (problem,) = check_names(project(read, more=more))
    assert problem.message == "these locals need each other: local.a → local.b → local.c → local.a"
    assert [each.message for each in problem.related] == ["local.b stands here", "local.c stands here"]


TYPED = """
variable "text" {
  type = string
}
variable "object" {
  type = object({ name = string, ports = list(number), more = optional(map(object({ x = bool }))) })
}
variable "any" {
  type = any
}
"""


@pytest.mark.parametrize(
    ("expression", "message", "hint"),
    [
        ("var.text.x", "var.text is a text, which has no parts", "write var.text"),
        ("var.object.nme", "there is no var.object.nme", "did you mean var.object.name?"),
        ("var.object.zzzz", "there is no var.object.zzzz", "there is var.object.name, var.object.ports"),
        ('var.object["nme"]', "there is no var.object.nme", "did you mean var.object.name?"),
        ("var.object.name.x", "var.object.name is a text, which has no parts", "write var.object.name"),
        ("var.object.ports.x", "var.object.ports is a list of numbers, whose items", "write var.object.ports[0]"),
        ("var.object.more.key.y", "there is no var.object.more.key.y", "there is var.object.more.key.x"),
    ],
)
def test_a_way_that_no_value_of_the_type_has_is_refused(expression: str, message: str, hint: str, read: Read) -> None:
    (problem,) = check_names(project(read, build=f"a = {expression}", more=TYPED))
    assert problem.message.startswith(message)
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    "expression",
    [
        "var.any.x.y",
        "var.tag.x",
        "var.object.ports[0]",
        "var.object.ports[*].x",
        "var.object.more.key.x",
        "var.object[var.text]",
        'try(var.object.nme, "none")',
        "can(var.text.x)",
    ],
)
def test_a_way_that_a_value_may_have_or_that_is_tried_is_no_problem(expression: str, read: Read) -> None:
    assert check_names(project(read, build=f"a = {expression}", more=TYPED)) == ()


@pytest.mark.parametrize(
    ("expression", "message", "hint"),
    [
        ("upper()", "upper takes 1 argument; found 0", "write upper("),
        ('upper("a", "b")', "upper takes 1 argument; found 2", "write upper("),
        ('false ? substr("a") : 1', "substr takes", "write substr("),
    ],
)
def test_a_call_with_too_few_or_too_many_values_is_refused(
    expression: str, message: str, hint: str, read: Read
) -> None:
    (problem,) = check_names(project(read, build=f"a = {expression}"))
    assert problem.message.startswith(message)
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize("expression", ['upper(["a"]...)', "try(1)", "max(1, 2, 3)", "can(1)"])
def test_a_call_that_can_work_is_no_problem(expression: str, read: Read) -> None:
    assert check_names(project(read, build=f"a = {expression}")) == ()


def test_a_local_that_is_declared_twice_names_both_places(read: Read) -> None:
    with pytest.raises(ProjectFileError) as caught:
        project(read, more='locals {\n  plain = "y"\n  block {}\n}')
    twice, block = caught.value.problems
    assert twice.message == "local.plain is declared twice; it is at line 23 already"
    assert twice.related[0].position.line == 23
    assert block.message == 'a locals block holds values; found the block "block"'


def test_scoped_bodies_are_looked_into_though_another_workspace_is_meant(read: Read) -> None:
    more = """app "api" {
  build {
    use "x" {}
    workspace "production" {
      registry {
        use "y" {
          a = artifact.x
          b = deploy.url
        }
      }
      use "x" {
        deploy {
          a = artifact.y
        }
      }
    }
  }
}
"""
    messages = [each.message for each in check_names(project(read, more=more))]
    assert messages == [
        "deploy.url is not available in registry; it is known after deploy",
        "artifact.y is not available in build; it is known after build",
    ]


def test_a_thousand_locals_that_double_are_looked_at_once_each(read: Read) -> None:
    lines = "\n".join(f"  l{at} = [local.l{at - 1}, local.l{at - 1}]" for at in range(1, 1000))
    more = f'locals {{\n  l0 = "x"\n{lines}\n}}\n'
    assert check_names(project(read, build="a = local.l999", more=more)) == ()
