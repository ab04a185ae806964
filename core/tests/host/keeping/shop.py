"""A shop whose history is made up step by step, as runs of the product would leave it, in no time at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from milepost.host.keeping.export import Choice, export, new_file
from milepost.sdk.store import Document, HistoryStore, OutputLine

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
STAMP = {"role": "releaser", "word": "caddy", "distribution": "milepost-caddy", "version": "1", "api": "v1"}
ARTIFACT = {"kind": "file-tree/1", "reference": "/trees/1", "digest": "sha256:" + "9f" * 32, "details": {}}
WRITER = {"pid": 1, "started": "1", "boot": "gone", "host": "thinkpad"}


class Shop:
    """Writes a history, one day for each run; keeps `keep` former deployments of an app, as a release does."""

    def __init__(self, store: HistoryStore, *, keep: int = 1, prefix: str = "01", output: bool = True) -> None:
        self.store, self._keep, self._prefix, self._output = store, keep, prefix, output
        self._ids = 0
        self.now = NOON

    def up(self, app: str = "web", workspace: str = "default", status: str = "success") -> Document:
        """Build, deploy and release; with another status, the deploy ends so and nothing is released."""
        run = self._run("up", workspace, app)
        build = self._operation(run, app, "build", artifact=ARTIFACT)
        if status != "success":
            self._operation(run, app, "deploy", status=status, build=build["id"], presence="destroyed")
            return self._end(run, status)
        deploy = self._operation(
            run, app, "deploy", build=build["id"], artifact=ARTIFACT, presence="staged", config={"text": "x"}
        )
        self._release(run, deploy)
        self._tidy(app, workspace)
        return self._end(run)

    def build(self, app: str = "web", workspace: str = "default") -> Document:
        """Build only."""
        run = self._run("build", workspace, app)
        self._operation(run, app, "build", artifact=ARTIFACT)
        return self._end(run)

    def stage(self, app: str = "web", workspace: str = "default") -> Document:
        """Build and deploy, and release nothing."""
        run = self._run("deploy", workspace, app)
        build = self._operation(run, app, "build", artifact=ARTIFACT)
        self._operation(run, app, "deploy", build=build["id"], artifact=ARTIFACT, presence="staged")
        return self._end(run)

    def again(self, app: str = "web", workspace: str = "default") -> Document:
        """An `up` that finds nothing changed."""
        live = self.live(app, workspace)
        if live is None:
            return self.up(app, workspace)
        run = self._run("up", workspace, app)
        self._operation(run, app, "release", status="unchanged", target=live["target"], same_as=live["id"])
        return self._end(run)

    def rollback(self, app: str = "web", workspace: str = "default") -> Document | None:
        """Release what was live before; deploy it again if it was destroyed."""
        live = self.live(app, workspace)
        before = self._before(live) if live else None
        if before is None:
            return None
        run = self._run("rollback", workspace, app)
        deploy = self.store.get(before["target"])
        assert deploy is not None
        if deploy["presence"] == "destroyed":
            config = deploy.get("config")
            deploy = self._operation(
                run, app, "deploy", build=deploy["build"], artifact=ARTIFACT, presence="staged", config=config
            )
        self._release(run, deploy, previous=before.get("previous"), restores=before["id"])
        return self._end(run)

    def destroy(self, app: str = "web", workspace: str = "default") -> Document:
        """Destroy all deployments of the app."""
        run = self._run("destroy", workspace, app)
        for each in self.deployments(app, workspace):
            self._operation(run, app, "destroy", target=each["id"])
            self.store.amend([{**each, "presence": "destroyed"}])
        return self._end(run)

    def freeze(self, app: str = "web", workspace: str = "default", verb: str = "freeze") -> Document:
        """Freeze or thaw the workspace."""
        return self._end(self._run(verb, workspace))

    def running(self, app: str = "web", workspace: str = "default") -> Document:
        """Begin a deploy that does not end."""
        run = self._run("up", workspace, app)
        self._operation(run, app, "deploy", status="running", ended=None, presence="starting")
        return run

    def begin(self, verb: str, app: str = "web", workspace: str = "default") -> Document:
        """Begin a run."""
        return self._run(verb, workspace, app)

    def operate(self, run: Document, stage: str, **fields: Any) -> Document:
        """Carry out one operation of a run that was begun."""
        return self._operation(run, run["apps"][0], stage, **fields)

    def live(self, app: str, workspace: str) -> Document | None:
        """Return the newest release that succeeded, unless its deployment is gone."""
        where = {"app": app, "workspace": workspace, "stage": "release", "status": "success"}
        newest = next(iter(self.store.latest("operation", where, 1)), None)
        target = self.store.get(newest["target"]) if newest else None
        return newest if target is not None and target["presence"] != "destroyed" else None

    def deployments(self, app: str, workspace: str) -> list[Document]:
        """Return the deployments that stand."""
        standing = ("starting", "staged", "parked", "released")
        where = {"app": app, "workspace": workspace, "stage": "deploy", "presence": standing}
        return self.store.latest("operation", where)

    def _before(self, live: Document) -> Document | None:
        """Return the release of what was live before."""
        where = {"app": live["app"], "workspace": live["workspace"], "stage": "release", "status": "success"}
        releases = self.store.latest("operation", where)
        return next((each for each in releases if live.get("previous") and each["target"] == live["previous"]), None)

    def _release(self, run: Document, deploy: Document, **fields: Any) -> None:
        live = self.live(deploy["app"], deploy["workspace"])
        usual = {"previous": live["target"] if live else None, "plugin": STAMP, "target": deploy["id"]}
        answer = {"urls": ["http://shop.example"], "drain_until": None}
        self._operation(run, deploy["app"], "release", release=answer, **{**usual, **fields})
        if live is not None and (old := self.store.get(live["target"])):
            self.store.amend([{**old, "presence": "parked"}])
        self.store.amend([{**deploy, "presence": "released"}])

    def _tidy(self, app: str, workspace: str) -> None:
        parked = [each for each in self.deployments(app, workspace) if each["presence"] == "parked"]
        self.store.amend([{**each, "presence": "destroyed"} for each in parked[self._keep :]])

    def _run(self, verb: str, workspace: str, *apps: str) -> Document:
        self.now += timedelta(days=1)
        return self._append(kind="run", verb=verb, workspace=workspace, apps=list(apps), status="running")

    def _end(self, run: Document, status: str = "success") -> Document:
        ended = {**run, "status": status, "ended": self.now.isoformat()}
        self.store.amend([ended])
        return ended

    def _operation(self, run: Document, app: str, stage: str, **fields: Any) -> Document:
        place = {"run": run["id"], "workspace": run["workspace"], "app": app, "stage": stage, "label": stage}
        usual = {"status": "success", "ended": self.now.isoformat()}
        made = self._append(kind="operation", **{**place, **usual, **fields})
        if self._output:
            self.store.write_output(made["id"], [OutputLine(1, self.now.isoformat(), "plugin", "stdout", f"{stage}…")])
        return made

    def _append(self, **fields: Any) -> Document:
        self._ids += 1
        document = {
            "id": f"{self._prefix}{self._ids:024}",
            "schema": 1,
            "project": "shop",
            "started": self.now.isoformat(),
            "writer": WRITER,
            "source": {"folder": "/shop"},
            **fields,
        }
        self.store.append(document)
        found = self.store.get(document["id"])
        assert found is not None
        return found


def ids(documents: Sequence[Document]) -> list[str]:
    """Return the ids."""
    return [str(each["id"]) for each in documents]


def contents(store: HistoryStore) -> dict[str, Any]:
    """Return all that a store has, in its order."""
    found = {kind: store.latest(kind, {}) for kind in ("run", "operation")}
    output = {each["id"]: store.read_output(each["id"]) for each in found["operation"]}
    return {**found, "output": output}


def exported(store: HistoryStore, path: Path, **choice: Any) -> Path:
    """Export a store to a file."""
    with new_file(path) as file:
        export(store, file, NOON, Choice(**choice))
    return path
