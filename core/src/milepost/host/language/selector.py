"""Label selectors, such as `env == "prod" and region matches "us-.*"`: read once, then asked about labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from milepost.host.language.selector_tokens import SelectorError, Token, tokens

__all__ = ["Selector", "SelectorError", "parse"]

_DEEPEST = 100


@dataclass(frozen=True)
class Comparison:
    """One label against one value. Of a label that is not there, only `!=`, `not …` and `is empty` are true."""

    label: str
    operator: str
    """One of `==`, `contains`, `matches`, `is empty`."""
    value: str
    negated: bool
    holds: Callable[[str], bool]

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether the labels are as this says."""
        found = labels.get(self.label)
        held = self.operator == "is empty" if found is None else self.holds(found)
        return held is not self.negated


@dataclass(frozen=True)
class Not:
    """The contrary."""

    operand: Test

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether the operand does not match."""
        return not self.operand.matches(labels)


@dataclass(frozen=True)
class Every:
    """Several tests that `and` joins."""

    operands: tuple[Test, ...]

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether all of them match."""
        return all(each.matches(labels) for each in self.operands)


@dataclass(frozen=True)
class Some:
    """Several tests that `or` joins."""

    operands: tuple[Test, ...]

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether one of them matches."""
        return any(each.matches(labels) for each in self.operands)


Test = Comparison | Not | Every | Some


@dataclass(frozen=True)
class Selector:
    """A selector that was read."""

    text: str
    test: Test

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether it selects what has these labels. Raises SelectorError if a pattern takes too long."""
        return self.test.matches(labels)


def parse(selector: str) -> Selector:
    """Return the selector that a text means. Raises SelectorError."""
    return Selector(selector, _Parser(selector).selector())


_OPERATORS = 'an operator: ==, !=, contains, in, matches, "is empty", or one of them with "not"'


class _Parser:
    """Reads tokens by recursive descent; chains of `and`, `or` and `not` do not recurse."""

    def __init__(self, text: str) -> None:
        self.tokens = list(tokens(text))
        self.at = self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def selector(self) -> Test:
        found = self.any_of()
        if self.token.kind != "end":
            raise self.expected('"and", "or" or the end')
        return found

    def any_of(self) -> Test:
        operands = [self.all_of()]
        while self.takes("or"):
            operands.append(self.all_of())
        return operands[0] if len(operands) == 1 else Some(tuple(operands))

    def all_of(self) -> Test:
        operands = [self.inverted()]
        while self.takes("and"):
            operands.append(self.inverted())
        return operands[0] if len(operands) == 1 else Every(tuple(operands))

    def inverted(self) -> Test:
        negated = False
        while self.token[:2] == ("word", "not") and self.tokens[self.at + 1].value not in ("==", "!="):
            self.at += 1
            negated = not negated
        test = self.single()
        return Not(test) if negated else test

    def single(self) -> Test:
        opening = self.token
        if not self.takes("(", "sign"):
            return self.comparison()
        self.depth += 1
        if self.depth > _DEEPEST:
            raise SelectorError(f"parentheses nest deeper than {_DEEPEST}", opening.start, opening.end)
        test = self.any_of()
        if not self.takes(")", "sign"):
            message = f"this parenthesis is not closed; found {self.token} in place of )"
            raise SelectorError(message, opening.start, opening.end)
        self.depth -= 1
        return test

    def comparison(self) -> Comparison:
        left = self.operand("a label")
        if self.takes("==", "sign"):
            return self.compared(left, "==", negated=False)
        if self.takes("!=", "sign"):
            return self.compared(left, "==", negated=True)
        if self.takes("is"):
            negated = self.takes("not")
            if not self.takes("empty"):
                raise self.expected('"empty"')
            return _comparison(_label(left), "is empty", left._replace(value=""), negated=negated)
        negated = self.takes("not")
        if self.takes("in"):
            label = _label(self.operand("a label"))
            return _comparison(label, "contains", left, negated=negated)
        for operator in ("contains", "matches"):
            if self.takes(operator):
                return self.compared(left, operator, negated=negated)
        raise self.expected('"in", "contains" or "matches"' if negated else _OPERATORS)

    def compared(self, left: Token, operator: str, *, negated: bool) -> Comparison:
        return _comparison(_label(left), operator, self.operand("a value"), negated=negated)

    def operand(self, what: str) -> Token:
        token = self.token
        if token.kind in ("sign", "end"):
            raise self.expected(what)
        self.at += 1
        return token

    def takes(self, value: str, kind: str = "word") -> bool:
        """Go past that token and return True, if it is the next one."""
        is_next = self.token[:2] == (kind, value)
        self.at += is_next
        return is_next

    def expected(self, what: str) -> SelectorError:
        return SelectorError(f"found {self.token} in place of {what}", self.token.start, self.token.end)


def _label(token: Token) -> str:
    if token.kind == "pointer":
        return token.value[1:].replace("~1", "/").replace("~0", "~")
    if token.kind != "word":
        hint = 'the label stands on the left: env == "prod"; one with odd characters is written "/my-label"'
        raise SelectorError(f"found {token} in place of a label", token.start, token.end, hint=hint)
    return token.value


def _comparison(label: str, operator: str, token: Token, *, negated: bool) -> Comparison:
    return Comparison(label, operator, token.value, negated, _HOLDS[operator](token))


def _matching(token: Token) -> Callable[[str], bool]:
    """Return a test for what a pattern finds; a pattern that is wrong is told before there are labels."""
    from milepost.host.language.functions.matching import Pattern  # noqa: PLC0415 - only a selector with a pattern needs it
    from milepost.host.language.functions.re2_classes import PatternError  # noqa: PLC0415 - as above

    def told(error: PatternError) -> SelectorError:
        return SelectorError(f'the pattern "{token.value}" cannot be used: {error}', token.start, token.end)

    try:
        pattern = Pattern(token.value)
    except PatternError as error:
        raise told(error) from error

    def holds(text: str) -> bool:
        try:
            return pattern.matches(text)
        except PatternError as error:
            raise told(error) from error

    return holds


_HOLDS: Mapping[str, Callable[[Token], Callable[[str], bool]]] = {
    "==": lambda token: token.value.__eq__,
    "contains": lambda token: lambda text: token.value in text,
    "matches": _matching,
    "is empty": lambda token: lambda text: not text,
}
"""For each operator what makes of its value a test of a label's text."""
