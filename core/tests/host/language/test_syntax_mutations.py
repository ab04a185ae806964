from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower, lower_template, lower_value
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem

CORPUS = """\
project = "shop"
variable "tag" {
  type    = object({ a = optional(list(string), ["x"]), b = number })
  default = { a = ["é"], b = -1.5e3 }
}
app "web" { # the shop
  labels = { for k, v in var.tag : upper(k) => v... if v != null && !(v == "x" || 1 + 2 * -3 >= 4) }
  build {
    use "docker" {
      args = { "V" = "1.${var.minor}\\n\\u00e9 $${x}", (var.k) : x.*.a[0], c = x[*].b[*].c }
      /* a
         comment */
      script = <<-END
          set -e %{ if var.ci ~} --quiet %{ else ~} -v %{ endif ~}

            echo "${ path.app }" %{ for i, x in [1, 2,] }${i}=${x} %{ endfor }
          END
    }
    use "x" { a = a ? b : c ? d : f::g(h...) }
  }
}
"""
PIECES = [
    *(
        "${",
        "%{",
        "}",
        "{",
        '"',
        "<<E\n",
        "E\n",
        "\n",
        "(",
        ")",
        "[*]",
        ".*",
        "~",
        "=",
        "?",
        ":",
        "/*",
        "*/",
        "#",
        "\\",
    ),
    *(
        "for ",
        " in ",
        " if ",
        "%{ endif }",
        "%{ else }",
        "...",
        "=>",
        "::",
        "-",
        "!",
        "\ufeff",
        "é",
        "\u200b",
        "\t",
        "0x",
    ),
]


def mutated(seed: int) -> bytes:
    """The corpus, or a part of it, with characters taken away, put in, doubled and exchanged, or bytes flipped."""
    dice = random.Random(seed)
    lines = CORPUS.splitlines(keepends=True)
    start = dice.randrange(len(lines))
    text = "".join(lines[start : start + dice.randrange(1, len(lines))]) if dice.random() < 0.7 else CORPUS
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(text) + 1)
        end = min(len(text), at + dice.choice([1, 1, 1, 5, 40]))
        cut = text[at:end]
        text = text[:at] + dice.choice(["", cut + cut, dice.choice(PIECES), dice.choice(PIECES) + cut]) + text[end:]
    data = bytearray(text.encode())
    if data and dice.random() < 0.2:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(data)


def problems(data: bytes) -> Iterator[Problem]:
    """What is wrong with a text, as a file, as a value and as a template."""
    for read in (lower, lower_value, lower_template):
        try:
            read(source_of("t", data))
        except ProjectFileError as error:
            yield from error.problems


@pytest.mark.parametrize("first", range(0, 1500, 100))
def test_whatever_is_wrong_in_a_text_has_a_place_in_it(first: int) -> None:
    for data in map(mutated, range(first, first + 100)):
        lines = data.decode(errors="replace").split("\n")
        for problem in problems(data):
            at = problem.position
            assert at is not None
            assert 1 <= at.line <= at.end_line <= len(lines)
            assert 1 <= at.column <= len(lines[at.line - 1]) + 1
            assert (at.line, at.column) <= (at.end_line, at.end_column)
