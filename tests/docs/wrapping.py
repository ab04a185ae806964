"""A piece of a project file, put where it belongs, so that the whole can be read."""

from __future__ import annotations

import re

ROOT_WORDS = {
    "project",
    "app",
    "variable",
    "locals",
    "milepost",
    "plugin",
    "pipeline",
    "history",
    "workspaces",
    "runner",
}
DEPLOY_WORDS = {"task"}
RELEASE_WORDS = {"verify", "on_verify_failure"}
STAGE_WORDS = {"hook", "registry"}
APP_STAGES = {"build", "deploy", "release"}
DEPLOY = 'deploy {\n  use "local" {}\n}\n'
BUILD = 'build {\n  use "files" {}\n}\n'


def whole_project(text: str) -> str:
    """Return a project file around the text: as it is, or as part of an app, a stage or a `use`."""
    words = set(re.findall(r"^([A-Za-z_]+)", text, flags=re.MULTILINE))
    if "project" in words:
        return text
    if 'use "docker"' in text:
        return _with_containers(text, words)
    if words & ROOT_WORDS:
        return f'project = "page"\n{text}' + ("" if "app" in words else _app(BUILD + DEPLOY))
    return f'project = "page"\n{_app(_stages(text, words))}'


def _with_containers(text: str, words: set[str]) -> str:
    """Return a project file around a text about containers, whose other stages are about containers too."""
    if words & ROOT_WORDS:
        return f'project = "page"\n{text}'
    missing = "".join(f'{each} {{\n  use "docker" {{}}\n}}\n' for each in ("build", "deploy") if each not in words)
    return f'project = "page"\n{_app(text + missing)}'


def _app(body: str) -> str:
    """Return an app with that body."""
    return f'\napp "web" {{\n{body}}}\n'


def _stages(text: str, words: set[str]) -> str:
    """Return the body of an app that has the text in its place."""
    if words & DEPLOY_WORDS or _uses(text, "local"):
        return BUILD + f"deploy {{\n{text}{'' if 'use' in words else _use('local')}}}\n"
    if words & RELEASE_WORDS or _uses(text, "caddy"):
        return BUILD + DEPLOY + f"release {{\n{text}{'' if 'use' in words else _use('caddy')}}}\n"
    if words & STAGE_WORDS or "use" in words:
        return f"build {{\n{text}{'' if 'use' in words else _use('files')}}}\n" + DEPLOY
    return text + ("" if "deploy" in words else DEPLOY) + ("" if "build" in words else BUILD)


def _uses(text: str, word: str) -> bool:
    """Tell whether the text begins a line with the use of that plugin."""
    return re.search(rf'^use "{word}"', text, flags=re.MULTILINE) is not None


def _use(word: str) -> str:
    """Return the use of a plugin without arguments."""
    return f'use "{word}" {{}}\n'
