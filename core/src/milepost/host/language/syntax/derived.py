"""The grammar that masked texts are parsed with: python-hcl2's own, with named edits where it is not HCL's.

The edits replace whole rules. An edit that finds no such rule, or several, is an error, so that a newer
python-hcl2 cannot change what is read without anybody noticing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from milepost.sdk.errors import ProjectError


class Edit(NamedTuple):
    """What is changed: the rules that go, and the text that stands in place of the first."""

    name: str
    rules: tuple[str, ...]
    text: str


EDITS = (
    Edit("a new line is one token, and no comment is left", ("NL_OR_COMMENT",), r"_NEWLINE: /\n[ \t\n]*/"),
    Edit("the scanner has masked all texts", ("STRING_CHARS",), "STRING_CHARS: /h+/"),
    Edit(
        "a number has no sign of its own: 15-13 is a difference",
        ("NEGATIVE_DECIMAL", "EXP_MARK", "INT_LITERAL", "FLOAT_LITERAL"),
        r"INT_LITERAL: /[0-9]+/" "\n" r"FLOAT_LITERAL: /[0-9]+(\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)/",
    ),
    Edit(
        "a word is not the beginning of a longer one",
        ("IF", "IN", "FOR", "FOR_EACH", "ELSE", "ENDIF", "ENDFOR"),
        "\n".join(rf"{word.upper()}.1: /{word}(?![-\w])/" for word in ("if", "in", "for", "else", "endif", "endfor")),
    ),
    Edit("blanks belong to no sign", ("EQ", "COLON"), "EQ: /=(?!=|>)/\nCOLON: /:(?!:)/"),
    Edit("any word is a name where a name is expected", ("_attribute_name", "identifier", "keyword"), ""),
    Edit("new lines and comments are no nodes", ("new_line_or_comment",), ""),
    Edit(
        "what stands in a body begins with a name",
        ("body", "attribute", "block"),
        "body : _NEWLINE? (_item _NEWLINE)* _item?\n_item : attribute | block\n"
        "attribute : NAME EQ expression\n"
        "block : NAME (NAME | string)* _NEWLINE? LBRACE body RBRACE",
    ),
    Edit(
        "a file may also be one expression or one template",
        ("start",),
        "start : body\nvalue : expression\ntemplate : _string_part*",
    ),
    Edit(
        "the parts of a text stand in it directly",
        ("string", "string_part"),
        "string : DBLQUOTE _string_part* DBLQUOTE\n"
        "_string_part : STRING_CHARS | interpolation | template_if_start | template_else | template_endif\n"
        "             | template_for_start | template_endfor",
    ),
    Edit(
        "the scanner has masked strip markers",
        ("template_if_start", "template_else", "template_endif", "template_for_start", "template_endfor"),
        "template_if_start : DIRECTIVE_START IF expression RBRACE\n"
        "template_else : DIRECTIVE_START ELSE RBRACE\n"
        "template_endif : DIRECTIVE_START ENDIF RBRACE\n"
        "template_for_start : DIRECTIVE_START FOR NAME (COMMA NAME)? IN expression RBRACE\n"
        "template_endfor : DIRECTIVE_START ENDFOR RBRACE",
    ),
    Edit("quotes are never escaped in a directive", ("TEMPLATE_STRING", "template_string"), ""),
    Edit(
        "heredocs are masked as quoted texts",
        ("HEREDOC_TEMPLATE", "HEREDOC_TEMPLATE_TRIM", "heredoc_template", "heredoc_template_trim"),
        "",
    ),
    Edit(
        "a new line ends an expression",
        ("expression",),
        "?expression : operations QMARK expression COLON expression -> conditional\n            | operations",
    ),
    Edit(
        "operators make one flat chain, whose precedence the lowering knows",
        (
            *("or_expr", "or_binary_term", "or_binary_operator", "and_expr", "and_binary_term", "and_binary_operator"),
            *("eq_expr", "eq_binary_term", "eq_binary_operator", "rel_expr", "rel_binary_term", "rel_binary_operator"),
            *("add_expr", "add_binary_term", "add_binary_operator"),
            *("mul_expr", "mul_binary_term", "mul_binary_operator"),
        ),
        "?operations : unary_expr (_operator unary_expr)*\n"
        "_operator : DOUBLE_PIPE | DOUBLE_AMP | DOUBLE_EQ | NEQ | LT | GT | LEQ | GEQ | PLUS | MINUS\n"
        "          | ASTERISK | SLASH | PERCENT",
    ),
    Edit(
        "signs before a value may be several",
        ("unary_expr", "unary_op"),
        "?unary_expr : unary_op | access\nunary_op : (MINUS | NOT) unary_expr",
    ),
    Edit(
        "the steps after a value are a flat chain, with blanks where one likes",
        (
            *("ATTR_SPLAT", "FULL_SPLAT_START", "index_expr_term", "get_attr_expr_term", "attr_splat_expr_term"),
            *("full_splat_expr_term", "index", "braces_index", "short_index", "get_attr", "attr_splat", "full_splat"),
        ),
        "?access : term (get_attr | short_index | braces_index | attr_splat | full_splat)*\n"
        "get_attr : DOT NAME\nshort_index : DOT INT_LITERAL\nbraces_index : LSQB expression RSQB\n"
        "attr_splat : DOT ASTERISK\nfull_splat : LSQB ASTERISK RSQB",
    ),
    Edit(
        "a word or a number is its own node",
        ("expr_term", "int_lit", "float_lit", "literal_value"),
        "?term : LPAR expression RPAR -> parenthesis\n"
        "      | INT_LITERAL | FLOAT_LITERAL | TRUE | FALSE | NULL | NAME | string | tuple | object\n"
        "      | function_call | for_tuple_expr | for_object_expr",
    ),
    Edit("a list's new lines are masked", ("tuple",), "tuple : LSQB (expression COMMA)* expression? RSQB"),
    Edit(
        "the entries of an object end with a comma or a new line",
        ("object", "object_elem", "object_elem_key"),
        "object : LBRACE _NEWLINE? (object_elem _separator)* object_elem? RBRACE\n"
        "_separator : COMMA _NEWLINE? | _NEWLINE\n"
        "object_elem : (expression | FOR) (EQ | COLON) expression",
    ),
    Edit(
        "a function's name has any number of parts",
        ("function_call", "arguments"),
        "function_call : NAME (COLONS NAME)* LPAR arguments? RPAR\n"
        "arguments : expression (COMMA expression)* (COMMA | ELLIPSIS)?",
    ),
    Edit(
        "new lines in a for expression are masked",
        ("for_tuple_expr", "for_object_expr", "for_intro", "for_cond"),
        "for_tuple_expr : LSQB for_intro expression for_cond? RSQB\n"
        "for_object_expr : LBRACE for_intro expression FOR_OBJECT_ARROW expression ELLIPSIS? for_cond? RBRACE\n"
        "for_intro : FOR NAME (COMMA NAME)? IN expression COLON\n"
        "for_cond : IF expression",
    ),
)
STARTS = ["start", "value", "template"]
"""What a text may be: a whole file, one expression, one template."""


def derived(grammar: str) -> str:
    """Return the grammar with all edits made. Raises ProjectError, which names the edit that does not fit."""
    for edit in EDITS:
        for rule in edit.rules[1:]:
            grammar = _replaced(grammar, rule, "", edit.name)
        grammar = _replaced(grammar, edit.rules[0], edit.text, edit.name)
    return grammar


def _replaced(grammar: str, rule: str, text: str, name: str) -> str:
    # A rule goes on in the indented lines that begin with a bar.
    pattern = re.compile(rf"^[?!]*{rule}(?:\.\d+)?[ \t]*:.*\n(?:[ \t]+\|.*\n)*", re.MULTILINE)
    found = pattern.findall(grammar)
    if len(found) != 1:
        times = f'{len(found)} times, and the edit "{name}" is for one'
        message = f'no file can be read: the grammar of python-hcl2 has the rule "{rule}" {times}'
        raise ProjectError(message, hint="pip install python-hcl2==8.1.4")
    return pattern.sub(lambda _: text + "\n", grammar)
