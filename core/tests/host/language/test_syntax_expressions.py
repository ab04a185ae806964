from __future__ import annotations

import pytest

from core.tests.host.language.shape import shape
from milepost.host.language.source import Source, source_of
from milepost.host.language.syntax.lower import lower, lower_template, lower_value
from milepost.sdk.errors import ProjectFileError


def value(text: str) -> str:
    return shape(lower_value(Source("t", text)))


def template(text: str) -> str:
    return shape(lower_template(Source("t", text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 * 2 + 3", "((1 * 2) + 3)"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("1 - (2 - 3)", "(1 - (2 - 3))"),
        ("a || b && c == d < e + f * g", "(a || (b && (c == (d < (e + (f * g))))))"),
        ("a * b + c < d == e && f || g", "((((((a * b) + c) < d) == e) && f) || g)"),
        ("a == b != c", "((a == b) != c)"),
        ("a % b / c", "((a % b) / c)"),
        ("15-13", "(15 - 13)"),
        ("x -13", "(x - 13)"),
        ("x-13", "x-13"),
        ("-5", "-5"),
        ("- 5", "-5"),
        ("-(5)", "-(5)"),
        ("--5", "-(-5)"),
        ("!!-x.y[0]", "!!-(x.y[0])"),
        ("-46 + 5", "(-46 + 5)"),
        ("a ? b : c", "(a ? b : c)"),
        ("a ? b : c ? d : e", "(a ? b | c ? d : e)"),
        ("a ? b ? c : d : e", "(a ? (b ? c : d) : e)"),
        ("(a ? b : c) ? d : e", "((a ? b : c) ? d : e)"),
        ("a?b:c", "(a ? b : c)"),
        ("a == 1 ? b + 1 : -c", "((a == 1) ? (b + 1) : -(c))"),
    ],
)
def test_operators_bind_as_in_hcl(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.y[0].z", "x.y[0].z"),
        ("x.0.y", "x[0].y"),
        ("x[y.z]", "x[y.z]"),
        ('x["a"]', "x.a"),
        ("x . y [ 0 ]", "x.y[0]"),
        ("(x).y", "x.y"),
        ("f(x).y", "(f(x)).y"),
        ("[1, 2][0]", "([1, 2])[0]"),
        ("x[*].a[0]", "x[*](.a[0])"),
        ("x[*].a[*].b", "x[*](.a[*](.b))"),
        ("x.*.a.0[0].b", "x[*](.a[0])[0].b"),
        ("x.*.a[*].b", "x[*](.a)[*](.b)"),
        ("x[*].*.a[0]", "x[*]([*](.a)[0])"),
        ("(x[*]).a", "(x[*]()).a"),
        ("x[ * ]", "x[*]()"),
        ("x.for.null", "x.for.null"),
        ("for.x", "for.x"),
    ],
)
def test_a_splat_takes_what_follows_as_hcl_does(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f()", "f()"),
        ("f(1,)", "f(1)"),
        ("f(1, x...)", "f(1, x...)"),
        ("a::b::c(1)", "a::b::c(1)"),
        ("list(string)", "list(string)"),
        ('object({a = optional(string, "x")})', 'object({"a"=optional(string, "x")})'),
        ("[for x in y : x]", "for(x in y : x)"),
        ("[for k, v in y : v if k != 2]", "for(k, v in y : v if (k != 2))"),
        ("{for k, v in y : k => v... if v}", "for(k, v in y : k => v... if v)"),
        ("[for inside in iffy : inside if forever]", "for(inside in iffy : inside if forever)"),
        ("{\n # c\n for k, v in\n y : k\n =>\n v\n}", "for(k, v in y : k => v)"),
        ("{for x in {a = 1\nb = 2} : x => {c = x\nd = 3}}", 'for(x in {"a"=1, "b"=2} : x => {"c"=x, "d"=3})'),
        ("{a = 1, for = 2, in : 3}", '{"a"=1, "for"=2, "in"=3}'),
        ("{for = 1}", '{"for"=1}'),
        ("{(a) = 1, (a).b = 2, f(x) = 3, 1 + 1 = 4, x[y] = 5}", "{a=1, a.b=2, f(x)=3, (1 + 1)=4, x[y]=5}"),
        ('{null = 1, true = 2, "c${d}" = 3}', '{"null"=1, "true"=2, <"c" d>=3}'),
        ("{a = 1, a = 2}", '{"a"=1, "a"=2}'),
        ("\n1 +\n# c\n2\n", "(1 + 2)"),
    ],
)
def test_calls_for_and_objects_are_read(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"${x}"', "<x>"),
        ('"a${x}b"', '<"a" x "b">'),
        ('" ${x}"', '<" " x>'),
        ('" ${~ x}"', '<"" x>'),
        ('"a\\n  ${~ x ~}\\n  b"', '<"a" x "b">'),
        ('"$$${x}"', '"$${x}"'),
        ('"$$$${x} $x %y $"', '"$$${x} $x %y $"'),
        ('"${"${"a"}"}"', '<<"a">>'),
        ('"${{a = 1\nb = 2}.a}"', '<({"a"=1, "b"=2}).a>'),
        ('"%{ if a }b%{ endif }"', '<(a ? "b" : "")>'),
        ('"%{if a}${b}%{else}c%{endif}"', '<(a ? <"" b> : "c")>'),
        ('"x %{~ if a ~} b %{~ else ~} c %{~ endif ~} d"', '<"x" (a ? "b" : "c") "d">'),
        ('"%{ for x in y }${x},%{ endfor }"', '<join for(x in y : <x ",">)>'),
        ('"%{ for k, v in y }%{ if v }${k}%{ endif }%{ endfor }"', '<join for(k, v in y : <"" (v ? <"" k> : "")>)>'),
        ('"e\\u0301"', '"é"'),
        ("<<E\n%{ for x in y ~}\n- ${x}\n%{ endfor ~}\nE\n", '<join for(x in y : <"- " x "\\n">) "">'),
        ("<<E\na\n   ${~ x ~}\n\n  z\nE\n", '<"a\\n" x "\\n  z\\n">'),
        ("<<-E\n  a\n\n   b\n E\n", '"a\\n\\n b\\n"'),
        ("<<-E\n    ${x}\n  y\n E\n", '<"  " x "\\ny\\n">'),
        ("<<-E\n  a ${x} b\n      y\n E\n", '<"a " x " b\\n    y\\n">'),
        ("<<-E\n  a ${x ~}\n      y\n   z\n E\n", '<"a " x "      y\\n z\\n">'),
        ("<<-E\n\u2003a\n\u2003\u00a0b\nE\n", '"a\\n\u00a0b\\n"'),
        ("<<E\n${f(<<F\ny\nF\n)}\nE\n", '<f("y\\n") "\\n">'),
        ("f(<<E\nx\nE\n, <<F\ny\nF\n)", 'f("x\\n", "y\\n")'),
        ("<<E\n${\nE\n} ${<<E\ny\nE\n}\nE\n", '<E " " "y\\n" "\\n">'),
    ],
)
def test_templates_are_read_as_hcl_does(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '""'),
        ("a", '"a"'),
        ("${x}", "<x>"),
        ('say "${x}" \\n', '<"say \\"" x "\\" \\\\n">'),
        ("$${x} %%{y} $ %", '"${x} %{y} $ %"'),
        ("# ${x}\n<<E\n", '<"# " x "\\n<<E\\n">'),
        ("a\n%{ for x in y ~}\n - ${x}\n%{ endfor ~}\nb", '<"a\\n" join for(x in y : <" - " x "\\n">) "b">'),
        ('{"a": "${f("b")}"}', '<"{\\"a\\": \\"" f("b") "\\"}">'),
    ],
)
def test_a_template_on_its_own_knows_no_quotes_and_escapes(text: str, expected: str) -> None:
    assert template(text) == expected


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("1 2", (1, 3), "expected the end of the expression"),
        ("", (1, 1), "found the end of the text, expected a value"),
        ("a = 1", (1, 3), 'found "="'),
        ("}", (1, 1), "closes nothing"),
        ("[1", (1, 1), "is not closed"),
    ],
)
def test_a_value_on_its_own_is_one_expression(text: str, at: tuple[int, int], words: str) -> None:
    with pytest.raises(ProjectFileError) as caught:
        value(text)
    (problem,) = caught.value.problems
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == at
    assert words in problem.message


def test_a_wrong_template_on_its_own_has_the_place() -> None:
    with pytest.raises(ProjectFileError) as caught:
        template("a\n${x")
    position = caught.value.problems[0].position
    assert position is not None
    assert position[1:] == (2, 1, 2, 3)


def test_names_of_all_alphabets_keep_their_letters() -> None:
    body = lower(source_of("t", 'é-1 = \U0001d49c.ü\nbü "x" ö {\n}\n'.encode()))
    assert shape(body.attributes["é-1"].value) == "\U0001d49c.ü"
    assert (body.blocks[0].type, [each.text for each in body.blocks[0].labels]) == ("bü", ["x", "ö"])


def test_a_name_in_two_spellings_of_unicode_is_one_name() -> None:
    assert value("e\u0301.u\u0308") == "é.ü"
