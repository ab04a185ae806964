"""From the tree of a project file to the values of `stages`: apps and what stands in them."""

from __future__ import annotations

import os
from pathlib import Path

from milepost.host.language.tree import Block, Body, Expression, Literal
from milepost.host.project import plain, top
from milepost.host.project.stages import App, Build, Deploy, HookBlock, ReleaseBlock, Stage, TaskBlock, Use
from milepost.sdk.problem import Problem, nearest

WHEN = ("before", "after", "failure", "always")
"""When a hook may run."""


class Blocks:
    """Reads blocks whose shape has been checked, and collects what else is wrong with them."""

    def __init__(self, folder: Path, *, lenient: bool) -> None:
        self.folder, self.lenient = folder, lenient
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        """What a `waypoint.hcl` may say wrongly, as it always could."""

    def app(self, block: Block, *, may_be_empty: bool = False) -> App:
        """Return the app of an `app` block, which needs a stage unless it has none in some workspaces only."""
        body = block.body
        name = block.labels[0].text
        plain.check_name("an app", name, block.labels[0].position, self.problems)
        build, deploy, release = body.one("build"), body.one("deploy"), body.one("release")
        if build is None and deploy is None and not may_be_empty and not _has_stages_elsewhere(body):
            hint = 'add a build block with use "…" {}, or a deploy block with one'
            self.problems.append(
                Problem(f'the app "{name}" has neither a build nor a deploy block', block.position, hint=hint)
            )
        return App(
            name=name,
            path=self._path(body),
            depends_on=plain.texts(body, "depends_on", self.problems),
            build=build and self._build(build),
            deploy=deploy and self._deploy(deploy),
            release=release and self._release(release),
            labels=body.value("labels"),
            env=top.env(body),
            body=body,
            position=block.position,
        )

    def _path(self, body: Body) -> Path:
        written = plain.text(body, "path", self.problems)
        if written is None:
            return self.folder
        path = Path(os.path.normpath(self.folder / written))
        if not path.is_relative_to(self.folder):
            message = f'path: "{written}" is not in the folder of the project file'
            self.problems.append(
                Problem(message, body.attributes["path"].value.position, hint=f"that is {self.folder}")
            )
        return path

    def _build(self, block: Block) -> Build:
        body = block.body
        registry, from_app = body.one("registry"), plain.text(body, "from", self.problems)
        if ("from" in body.attributes) == bool(body.of_type("use")):
            both = "both; leave one of them out" if body.of_type("use") else "neither"
            message = f'a build block has a "use" or a "from"; found {both}'
            self.problems.append(Problem(message, block.position, hint='write use "files" {} or from = "APP"'))
        return Build(
            use=self._use(body, "build"),
            from_app=from_app,
            registry=registry and self._registry(registry),
            hooks=self._hooks(body),
            labels=body.value("labels"),
            body=body,
            position=block.position,
        )

    def _registry(self, block: Block) -> Stage | None:
        use = self._use(block.body, "registry")
        if use is None:
            return None
        return Stage(
            use=use,
            hooks=self._hooks(block.body),
            labels=block.body.value("labels"),
            body=block.body,
            position=block.position,
        )

    def _deploy(self, block: Block) -> Deploy | None:
        body = block.body
        use = self._use(body, "deploy")
        if use is None:
            return None
        tasks = (
            TaskBlock(name=each.labels[0].text, body=each.body, position=each.position)
            for each in body.of_type("task")
            if each.labels
        )
        return Deploy(
            use=use,
            tasks=tuple(tasks),
            hooks=self._hooks(body),
            labels=body.value("labels"),
            body=body,
            position=block.position,
        )

    def _release(self, block: Block) -> ReleaseBlock:
        verify = block.body.one("verify")
        return ReleaseBlock(
            use=self._use(block.body, "release"),
            verify=verify and verify.body,
            hooks=self._hooks(block.body),
            labels=block.body.value("labels"),
            body=block.body,
            position=block.position,
        )

    def _use(self, body: Body, stage: str) -> Use | None:
        block = body.one("use")
        if block is None or not block.labels:
            return None
        word = block.labels[0].text
        return Use(word=word, body=block.body, position=block.position, path=f'{stage} > use "{word}"')

    def _hooks(self, body: Body) -> tuple[HookBlock, ...]:
        """Return the hooks of a stage; one with a wrong `when` is a problem, or left out of a `waypoint.hcl`."""
        hooks = []
        for block in body.of_type("hook"):
            if wrong := self._wrong_when(block.body.value("when")):
                (self.warnings if self.lenient else self.problems).append(wrong)
            else:
                hooks.append(HookBlock(body=block.body, position=block.position))
        return tuple(hooks)

    def _wrong_when(self, when: Expression | None) -> Problem | None:
        if when is None or (isinstance(when, Literal) and when.value in WHEN):
            return None
        found = f'"{when.value}"' if isinstance(when, Literal) and isinstance(when.value, str) else "something else"
        close = nearest(str(when.value), WHEN) if isinstance(when, Literal) else None
        hint = "this hook never runs" if self.lenient else f'did you mean "{close}"?' if close else ""
        expected = ", ".join(f'"{each}"' for each in WHEN)
        return Problem(f"when: expected one of {expected}, found {found}", when.position, hint=hint)


def _has_stages_elsewhere(body: Body) -> bool:
    """Return whether a body has a build or a deploy for some workspace or some labels only."""
    scoped = (*body.of_type("workspace"), *body.of_type("label"))
    return any(each.body.of_type("build") or each.body.of_type("deploy") for each in scoped)
