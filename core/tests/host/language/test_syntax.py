from __future__ import annotations

from collections.abc import Callable

import pytest

from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower
from milepost.host.language.tree import Body, Call, Items, Literal, Number, Object, Reference, Template
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem


def tree(text: str) -> Body:
    return lower(source_of("milepost.hcl", text.encode()))


def wrong(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ProjectFileError) as caught:
        tree(text)
    return caught.value.problems


def place(problem: Problem) -> tuple[int, int]:
    assert problem.position is not None
    return problem.position.line, problem.position.column


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        # What the grammar does not know: in our words, where it stands.
        ("a = \nb = 1\n", (1, 4), "found the end of the line, expected a value"),
        ("a = ", (1, 4), "found the end of the file, expected a value"),
        ("a\nb = 1\n", (1, 2), 'the end of the line, expected "=" and a value, or the "{" of a block'),
        ("a = 1 1\n", (1, 7), 'found "1", expected the end of the line'),
        ("a = [1 2]\n", (1, 8), 'found "2", expected "," or "]"'),
        ("a b = 1\n", (1, 5), 'found "=", expected a label or the "{" of the block'),
        ('"x" {\n}\n', (1, 1), 'found "x", expected the name of an argument or a block'),
        ("a = {x 1}\n", (1, 8), 'found "1", expected "="'),
        ("= 3\n", (1, 1), "expected the name of an argument or a block"),
        ("a = 1,\n", (1, 6), 'found ",", expected the end of the line'),
        ("a = ?\n", (1, 5), 'found "?", expected a value'),
        ("a = x.\n", (1, 7), "expected a name"),
        ('a = "${}"\n', (1, 8), 'found "}", expected a value'),
        ('a = "${x y}"\n', (1, 10), 'found "y", expected "}"'),
        ("a: 1\n", (1, 2), 'found ":", expected "="'),
        ("a == 1\n", (1, 3), 'found "==", expected "="'),
        # What is not closed, at its opening.
        ("a = (1\n", (1, 5), 'the "(" is not closed'),
        ("a = [1,\n", (1, 5), 'the "[" is not closed'),
        ("b {\n c {\n }\n", (1, 3), "the block or object that begins here is not closed"),
        ("b {\n a = [1}\n", (2, 8), 'found "}" where the "[" of line 2, column 6 is still open'),
        ("}\n", (1, 1), 'found "}", which closes nothing'),
        ("a = <<E\nx\n", (1, 5), "this heredoc is not closed: no line is E alone"),
        ("/* a", (1, 1), "this comment is not closed"),
        ('a = "x\ny"\n', (1, 5), "this text is not closed on its line"),
        ('a = "x', (1, 5), "this text is not closed on its line"),
        ('a = "${x\n', (1, 6), 'the "${" is not closed'),
        ('a = "${x"\n', (1, 6), 'the "${" is not closed before its text ends'),
        ("a = <<E\n${x\nE\nb = 1\n", (2, 1), 'the "${" is not closed'),
        ("a = <<E\n${x\nE\n}\n", (2, 1), 'this "${" is not closed before its heredoc ends'),
        # Characters that HCL has no use for.
        ("a = 'x'\n", (1, 5), "single quotes do not make a text"),
        ("a = 1;\n", (1, 6), 'the character ";" has no meaning here'),
        ("a = é€\n", (1, 6), 'the character "€" has no meaning here'),
        ("a = “x”\n", (1, 5), 'the character "“" has no meaning here'),
        ("a = 12abc\n", (1, 5), "neither a number nor a name"),
        ("a = 0x12\n", (1, 5), "neither a number nor a name"),
        ("a = 1e99999\n", (1, 5), "this number is too long"),
        (f"a = {'9' * 500}\n", (1, 5), "this number is too long"),
        # What the parser takes and HCL does not.
        ("a = 1\na = 2\n", (2, 1), '"a" is set twice; it is set at line 1 already'),
        ("b {\n  a = 1\n  a = 2\n}\n", (3, 3), '"a" is set twice; it is set at line 2 already'),
        ("a = {x=1 y=2}\n", (1, 10), 'found "y", expected "," or a new line or "}"'),
        ("a = {\nx=1\n,y=2}\n", (3, 1), 'found ",", expected a key or "}"'),
        ('b "x${1}" {}\n', (1, 3), "a label is a plain text"),
        ("b {} c {}\n", (1, 6), 'found "c", expected the end of the line'),
        ("a = 1 b = 2\n", (1, 7), 'found "b", expected the end of the line'),
        ("a = 1 b {}\n", (1, 7), 'found "b", expected the end of the line'),
        ("a = not x\n", (1, 9), 'found "x", expected the end of the line'),
        ("a = 1 /*\n*/ b = 1\n", (2, 4), 'found "b", expected the end of the line'),
        ("b {\na = 1 }\n", (2, 7), 'found "}" on the line of an argument'),
        ("b { c {} }\n", (1, 5), "only a single argument"),
        ("b { a = 1\n}\n", (1, 5), "begins on a new line"),
        ("b\n{}\n", (2, 1), 'the "{" of a block stands on the line of its name'),
        ('a = "\\q"\n', (1, 6), "\\q is not an escape"),
        ('a = "\\uD83D"\n', (1, 6), "\\uD83D is not an escape"),
        ('a = "\\U00300000"\n', (1, 6), "\\U00300000 is not an escape"),
        ('a = "\\u20m2"\n', (1, 6), "\\u is not an escape"),
        ("a = {x.y = 1}\n", (1, 6), "a key that is an expression stands in parentheses"),
        # What goes on where it may not.
        ("a = 1\n* 2\n", (2, 1), 'found "*", expected the name of an argument or a block'),
        ("a = 1 +\n2\n", (1, 8), "found the end of the line, expected a value"),
        ("a = b\n ? 1\n : 2\n", (2, 2), 'found "?", expected the name'),
        ("a = {x = 1\n + 2}\n", (2, 2), 'found "+", expected a key'),
        # Conditions, for, splats, calls.
        ("a = x ? 1\n", (1, 10), 'expected ":" and the value if the condition is false'),
        ("a = x ? : 1\n", (1, 9), 'found ":", expected a value'),
        ("a = [for x y: z]\n", (1, 12), 'found "y", expected "," or "in"'),
        ("a = [for x in y z]\n", (1, 17), 'found "z", expected ":"'),
        ("a = [for x in y : k => v]\n", (1, 21), 'found "=>", expected "]"'),
        ("a = {for x in y: z}\n", (1, 19), 'found "}", expected "=>"'),
        ("a = x.*.*\n", (1, 8), '".*" cannot follow on ".*"'),
        ("a = f(1 2)\n", (1, 9), 'found "2", expected "," or ")"'),
        ("a = f(x..., 2)\n", (1, 11), 'found ",", expected ")"'),
        ("a = 1.2.3\n", (1, 5), "is neither a number nor a name"),
        # Templates.
        ("a = ${x}\n", (1, 5), 'the character "$" has no meaning here'),
        ('a = "${ x ~ y }"\n', (1, 11), 'the character "~" has no meaning here'),
        ('a = "%{ foo }"\n', (1, 9), 'found "foo", expected "if", "else", "endif", "for" or "endfor"'),
        ('a = "x%{ if y }z"\n', (1, 7), 'the "%{ if }" is not closed before its text ends'),
        ('a = "%{ endif }"\n', (1, 6), 'found "%{ endif }", which closes nothing'),
        ('a = "%{ else }x"\n', (1, 6), 'found "%{ else }", which closes nothing'),
        ('a = "%{ if x }%{ else }%{ else }%{ endif }"\n', (1, 24), "of line 1, column 6 has its else already"),
        ("a = <<E\n%{ for x in y }\n%{ endif }\nE\n", (3, 1), 'the "%{ for }" of line 2, column 1 is still open'),
    ],
)
def test_what_is_no_hcl_is_refused_where_it_stands(text: str, at: tuple[int, int], words: str) -> None:
    problem = wrong(text)[0]
    assert words in problem.message
    assert place(problem) == at


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('build { use "files" {} }\n', "put the inner block on a line of its own"),
        ('use "files" { a = 1 b {} }\n', "write each argument and each block on a line of its own"),
        ("b { a = 1 c = 2 }\n", "write each argument and each block on a line of its own"),
        ("b {\na = 1 }\n", 'put the "}" on a line of its own'),
    ],
)
def test_what_is_too_much_for_a_line_is_told_where_it_belongs(text: str, hint: str) -> None:
    assert wrong(text)[0].hint == hint


def test_a_missing_brace_is_looked_for_where_the_indentation_breaks() -> None:
    (problem,) = wrong('app "web" {\n  build {\n    use "x" {}\n\n  deploy {\n  }\n}\n')
    assert place(problem) == (1, 11)
    assert problem.hint == 'add "}", perhaps before line 7: what stands there closes the block of line 2'


@pytest.mark.parametrize("text", ["a = [1 2]\n", "a = \n", "b {\n 1\n}\n", 'a = "${x y}"\n', "a b c\n", "x = (1 2)\n"])
def test_the_words_of_the_parser_never_reach_the_user(text: str) -> None:
    for problem in wrong(text):
        assert not {"Token", "$END", "LBRACE", "NL_OR_COMMENT", "Expected"} & set(problem.message.split())


def test_all_wrong_escapes_and_duplicates_are_said_at_once() -> None:
    assert [place(each) for each in wrong('a = "\\q \\w"\n')] == [(1, 6), (1, 9)]
    assert [place(each) for each in wrong("a = 1\na = 2\nb = {x.y=1}\nc = x.*.*\n")] == [(2, 1), (3, 6), (4, 8)]


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 101 + "]" * 101, "b {\n" * 101 + "}\n" * 101, 'a = "${' * 51 + '}"' * 51, "(" * 100000, "[" * 1000],
)
def test_nesting_over_a_hundred_is_refused_with_its_place(text: str) -> None:
    (problem,) = wrong(text)
    assert "nested more than 100 deep" in problem.message
    assert problem.position is not None


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 100 + "]" * 100, "b {\n" * 99 + "}\n" * 99, "a = a" + ".b" * 5000, "a = a" + "[0]" * 2000],
)
def test_what_is_long_or_just_deep_enough_is_read(text: str) -> None:
    body = tree(text)
    assert body.attributes or body.blocks


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"x"', "x"),
        ('""', ""),
        (r'"a\n\t\"\\\r\u00e9\U0001F600"', 'a\n\t"\\\ré😀'),
        ('"$${x} %%{y} $ % $x 5%"', "${x} %{y} $ % $x 5%"),
        ('"$${"', "${"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("<<E\nE", ""),
        ("<<E\n  x\n y\\n\nE\n", "  x\n y\\n\n"),
        ("<<E\n$${x} %%{y}\nE  \n", "${x} %{y}\n"),
        ("<<-E\n    x\n      y\n\n    E\n", "x\n  y\n\n"),
        ("<<-E\n    x\n  y\nE\n", "  x\ny\n"),
        ("<<_E1\nx\n_E1\n", "x\n"),
        ("/* a */ true # b", True),
        ("(true)", True),
        ("(\ntrue\n)", True),
    ],
)
def test_a_literal_has_the_value_that_hcl_gives_it(text: str, value: object) -> None:
    found = tree(f"a = {text}\n").value("a")
    assert isinstance(found, Literal)
    assert found.value == value


@pytest.mark.parametrize(
    ("text", "digits"),
    [("5", "5"), ("-5", "-5"), ("- 5", "-5"), ("1.5", "1.5"), ("1e3", "1e3"), ("-2.5E-3", "-2.5E-3")],
)
def test_a_number_keeps_its_digits(text: str, digits: str) -> None:
    found = tree(f"a = {text}\n").value("a")
    assert isinstance(found, Number)
    assert found.text == digits


def test_a_template_has_its_texts_and_expressions_in_turn() -> None:
    found = tree('a = "x ${var.y} \\" ${ labels["k"] /* c */ }"\n').value("a")
    assert isinstance(found, Template)
    texts = [each.value if isinstance(each, Literal) else str(each) for each in found.parts]
    assert texts == ["x ", "var.y", ' " ', "labels.k"]
    assert found.parts[1].position[1:] == (1, 10, 1, 15)


def test_a_template_may_span_lines_inside_its_braces() -> None:
    found = tree('a = "${\n  var.x\n}"\nb = 1\n')
    assert isinstance(found.value("a"), Template)
    assert found.attributes["b"].position.line == 4


def test_a_heredoc_has_the_places_of_what_is_in_it() -> None:
    found = tree('a = <<-E\n    "x" ${var.y}\n    ${var.z}\n  E\nb = 1\n')
    value = found.value("a")
    assert isinstance(value, Template)
    texts = [each.value if isinstance(each, Literal) else each.position[1:] for each in value.parts]
    assert texts == ['"x" ', (2, 11, 2, 16), "\n", (3, 7, 3, 12), "\n"]
    assert found.attributes["b"].position.line == 5


def test_windows_line_ends_change_nothing() -> None:
    found = tree('a = [\r\n  1,\r\n  2\r\n]\r\nb "x" {\r\n  c = {\r\n    d = 1\r\n  }\r\n}\r\n')
    assert isinstance(found.value("a"), Items)
    assert found.blocks[0].position[1:] == (5, 1, 5, 6)


def test_an_object_takes_names_texts_and_expressions_as_keys() -> None:
    found = tree('a = { b = 1, "c d" : 2\n  (var.x) = 3, for = 4, 5 = 5, true = 6 }\n').value("a")
    assert isinstance(found, Object)
    keys = [each.key.value if isinstance(each.key, Literal) else str(each.key) for each in found.entries]
    assert keys[:4] + keys[5:] == ["b", "c d", "var.x", "for", "true"]
    assert isinstance(found.entries[4].key, Number)


def test_a_reference_has_its_steps() -> None:
    found = tree('a = x.0.b["k"][var.z]\n').value("a")
    assert isinstance(found, Reference)
    assert found.root == "x"
    assert [type(each) for each in found.steps] == [Number, Literal, Literal, Reference]


def test_a_call_is_read_so_that_types_can_be() -> None:
    found = tree("a = list(string)\n").value("a")
    assert isinstance(found, Call)
    assert found.name == "list"


def test_comments_may_stand_anywhere() -> None:
    found = tree('# a\n/* b */ x /* c */ = /* d */ 1 // e\nb "l" /* f */ "m" { # g\n} # h')
    assert found.value("x")
    assert [each.text for each in found.blocks[0].labels] == ["l", "m"]


def test_keywords_may_be_names() -> None:
    assert set(tree("for = 1\nin = 2\nif = 3\n").attributes) == {"for", "in", "if"}


def test_many_blank_lines_in_a_heredoc_cost_no_more_than_others(benchmark_ratio: Callable[[str, str], float]) -> None:
    ratio = benchmark_ratio("a = <<E\n" + "\n" * 16000 + "E\n", "a = <<E\n" + "x\n" * 16000 + "E\n")
    assert ratio < 20
