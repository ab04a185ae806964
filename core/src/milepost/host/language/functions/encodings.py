"""Base64 and the escapes of URLs."""

from __future__ import annotations

import binascii
import re
import zlib

from milepost.sdk.functions import FunctionError, function

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""Of gzip, with no time in it: the same text gives the same bytes."""


@function
def base64decode(text: str) -> str:
    """Return the text that Base64 stands for. Line ends in it are skipped; it must be padded with `=`.

    Bytes that are no text in UTF-8 are an error.

    Example: base64decode("aGVsbG8=") is "hello"
    Example: base64decode("aGVsbG8") fails
    """
    try:
        found = binascii.a2b_base64(text.replace("\r", "").replace("\n", ""), strict_mode=True)
    except ValueError as error:
        hint = "Base64 has letters, digits, + and /, and = at its end until its length is a multiple of 4"
        raise FunctionError("this is no Base64", 0, hint=hint) from error
    return _text(found, "this Base64 stands for")


@function
def base64encode(text: str) -> str:
    """Return a text, in UTF-8, as Base64.

    Example: base64encode("hello") is "aGVsbG8="
    """
    return encoded(text.encode())


def encoded(content: bytes) -> str:
    """Return bytes as Base64 in one line."""
    return binascii.b2a_base64(content, newline=False).decode()


@function
def base64gzip(text: str) -> str:
    """Return a text, in UTF-8, compressed by gzip, as Base64. There is no time in it: a text always gives the same.

    Example: base64gzip("") is "H4sIAAAAAAAA/wMAAAAAAAAAAAA="
    """
    content = text.encode()
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = compressor.compress(content) + compressor.flush()
    tail = zlib.crc32(content).to_bytes(4, "little") + (len(content) % 2**32).to_bytes(4, "little")
    return encoded(_GZIP_HEADER + packed + tail)


@function
def urldecode(text: str) -> str:
    """Return a text with the escapes of URLs replaced; `+` is a space.

    Example: urldecode("a%2Fb+c") is "a/b c"
    Example: urldecode("50%") fails
    """
    from urllib.parse import unquote_to_bytes  # noqa: PLC0415 - one import for two functions that few use

    wrong = _BAD_ESCAPE.search(text)
    if wrong:
        raise FunctionError(f'"{wrong[0]}" is no escape', 0, hint="a % itself is written %25")
    return _text(unquote_to_bytes(text.replace("+", " ")), "these escapes stand for")


@function
def urlencode(text: str) -> str:
    """Return a text as it can stand in the query of a URL; a space becomes `+`.

    Example: urlencode("a/b c&é") is "a%2Fb+c%26%C3%A9"
    """
    from urllib.parse import quote_plus  # noqa: PLC0415 - one import for two functions that few use

    return quote_plus(text)


def _text(content: bytes, what: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FunctionError(f"{what} bytes that are no text in UTF-8", 0) from error


FUNCTIONS = (base64decode, base64encode, base64gzip, urldecode, urlencode)
