"""Which registries the base images of a Dockerfile come from: the classic builder must be told who we are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from milepost.sdk import MilepostError
from milepost_docker.reference import parse

_FROM = re.compile(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE | re.MULTILINE)
_COPY = re.compile(r"^[ \t]*COPY[ \t]+(?:--\S+[ \t]+)*?--from=(\S+)", re.IGNORECASE | re.MULTILINE)
_ARG = re.compile(r"^[ \t]*ARG[ \t]+(\w+)=[\"']?([^\s\"']*)", re.IGNORECASE | re.MULTILINE)
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


def base_servers(dockerfile: str, given: Mapping[str, object]) -> tuple[str, ...]:
    """Return the registries that a Dockerfile names, such as `docker.io`; `given` are the build args.

    What cannot be told without carrying it out is left out: the engine says what it lacks.
    """
    values = {**dict(_ARG.findall(dockerfile)), **{name: str(value) for name, value in given.items()}}
    return tuple(dict.fromkeys(_servers(dockerfile, values)))


def _servers(dockerfile: str, values: Mapping[str, str]) -> Iterator[str]:
    stages = {"scratch", *(stage.lower() for _, stage in _FROM.findall(dockerfile))}
    for name in (*(image for image, _ in _FROM.findall(dockerfile)), *_COPY.findall(dockerfile)):
        image = _VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), name)
        if image.lower() in stages or image.isdecimal():
            continue
        try:
            yield parse(image).server
        except MilepostError:
            # Not an image's name, or one with more to it than a value: the engine says so.
            continue
