"""What the characters of a project file can be: the patterns of the scanner, and words about the others."""

from __future__ import annotations

import re

_NAME = r"[A-Za-z_\x80-\U0010ffff][-A-Za-z0-9_\x80-\U0010ffff]*+"
_NUMBER = r"[0-9]++(?:\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+"
CODE = re.compile(
    rf"""(?P<plain>(?:[ \t]++ | [A-Za-z_][-A-Za-z0-9_]*+(?![^\x00-\x7f]) | {_NUMBER}(?![\w.])
        | [-=,.:?*+%!&|>] | /(?![/*]) | <(?!<))++)
    | (?P<newline>\r?\n) | (?P<quote>") | (?P<open>[\[({{]) | (?P<close>[\])}}])
    | (?P<comment>\#[^\n]*+ | //[^\n]*+ | /\*)
    | (?P<heredoc><<-?(?P<marker>{_NAME})[ \t]*+\r?\n)
    | (?P<number>{_NUMBER}) | (?P<word>{_NAME}) | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IGNORED = r"(?:\s|\#[^\n]*+\n|//[^\n]*+\n|/\*(?:[^*]|\*(?!/))*+\*/)"
FOR = re.compile(rf"\{{{_IGNORED}*+for{_IGNORED}++{_NAME}", re.DOTALL)
_OPEN = r"(?P<open>[$%]\{~?)"
QUOTED = re.compile(
    rf"""(?P<text>(?:[^"\\$%\n]++ | \\[nrt"\\] | \$\$\{{ | %%\{{ | [$%](?!\{{))++) | {_OPEN} | (?P<quote>")
    | (?P<newline>\n) | (?P<number>\\(?:u[0-9a-fA-F]{{4}}|U[0-9a-fA-F]{{8}})) | (?P<wrong>\\.?)
    """,
    re.VERBOSE,
)
BARE = re.compile(rf"(?P<text>(?:[^$%]++|\$\$\{{|%%\{{|[$%](?!\{{))++)|{_OPEN}")
SINGLE_QUOTED = re.compile(r"'[^'\n]*+'")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def name_at_start(text: str) -> str:
    """Return the longest name that a text begins with."""
    end = 0
    while end < len(text) and (text[end] == "-" or ("_" + text[end]).isidentifier()):
        end += 1
    return text[:end] if text[:1].isidentifier() else ""


def indentation(text: str, at: int) -> int:
    """Return how many characters the line that `at` is in is indented."""
    start = text.rfind("\n", 0, at) + 1
    return len(text[start:at]) - len(text[start:at].lstrip())


def no_character(escape: str) -> bool:
    """Return whether an escape by number names no character."""
    number = int(escape[2:], 16)
    return number > 0x10FFFF or 0xD800 <= number <= 0xDFFF


def stranger(text: str) -> tuple[str, str]:
    """Return what to say about a character that HCL has no use for, and what to do."""
    hint = {"'": 'write texts in double quotes, "like this"', ";": "write each argument on a line of its own"}
    what = "single quotes do not make a text" if text == "'" else f'the character "{text}" has no meaning here'
    if text in "“”„«»":
        return what, 'write straight quotes, "like this"'
    if text == "$":
        return what, 'leave "${" and "}" out, or write "${…}" in quotes'
    return what, hint.get(text, "")
