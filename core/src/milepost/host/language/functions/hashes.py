"""Hashes of texts, and ids made by hashing."""

from __future__ import annotations

import hashlib

from milepost.sdk.functions import FunctionError, function


@function
def md5(text: str) -> str:
    """Return the MD5 hash of a text, in UTF-8, as 32 hexadecimal digits. It keeps nothing safe.

    Example: md5("hello") is "5d41402abc4b2a76b9719d911017c592"
    """
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@function
def sha1(text: str) -> str:
    """Return the SHA-1 hash of a text, in UTF-8, as 40 hexadecimal digits. It keeps nothing safe.

    Example: sha1("hello") is "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"
    """
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@function
def sha256(text: str) -> str:
    """Return the SHA-256 hash of a text, in UTF-8, as 64 hexadecimal digits.

    Example: sha256("hello") is "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    """
    return hashlib.sha256(text.encode()).hexdigest()


@function
def sha512(text: str) -> str:
    """Return the SHA-512 hash of a text, in UTF-8, as 128 hexadecimal digits.

    Example: substr(sha512("hello"), 0, 8) is "9b71d224"
    """
    return hashlib.sha512(text.encode()).hexdigest()


@function
def uuidv5(namespace: str, name: str) -> str:
    """Return the UUID, version 5, of a name in a namespace: always the same for the same two.

    The namespace is `dns`, `url`, `oid`, `x500` or a UUID.

    Example: uuidv5("dns", "example.com") is "cfbff0d1-9375-5685-968c-48ce8b15ae17"
    Example: uuidv5("mail", "example.com") fails
    """
    import uuid  # noqa: PLC0415 - slow to import for what few use

    known = {
        "dns": uuid.NAMESPACE_DNS,
        "url": uuid.NAMESPACE_URL,
        "oid": uuid.NAMESPACE_OID,
        "x500": uuid.NAMESPACE_X500,
    }
    try:
        return str(uuid.uuid5(known.get(namespace) or uuid.UUID(namespace), name))
    except ValueError as error:
        raise FunctionError(f'dns, url, oid, x500 or a UUID was expected; found "{namespace}"', 0) from error


FUNCTIONS = (md5, sha1, sha256, sha512, uuidv5)
