"""The builder and the registry `files`: an app's folder becomes a tree of files, kept by its digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from milepost.sdk import FILE_TREE, Artifact, Command, OperationError, Step
from milepost_local.config import FilesConfig, FilesRegistryConfig
from milepost_local.content import TreeStore, read_artifact
from milepost_local.hashes import Hashes
from milepost_local.ignore import Filter
from milepost_local.tree import Found, Tree, tree_of
from milepost_local.walk import app_files


class FilesBuilder:
    """Takes the files of an app's folder, after running its build command."""

    def __init__(self, config: FilesConfig) -> None:
        self._config = config

    def build(self, step: Step) -> Artifact:
        """Return the tree of the app's files."""
        if self._config.command:
            step.run(Command(argv=tuple(self._config.command), cwd=str(step.facts.source)))
        folder = self._folder(step)
        wanted = Filter(self._config.include, self._config.exclude)
        found = app_files(folder, wanted, apart=(step.facts.data, step.facts.scratch, *step.facts.own))
        tree = tree_of(Hashes(step.facts.data / "hashes", folder).read_all(_until_cancelled(found, step)))
        if not tree.entries:
            raise OperationError(
                f"there is no file to take in {folder}",
                hint="look at .gitignore, .milepostignore and the exclude patterns; include wins over ignore files",
            )
        step.check()
        return _kept(_store(step), tree, step)

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the tree is kept and has its digest."""
        return _store(step).holds(artifact.digest)

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Forget the tree; it is removed when no other project needs it."""
        with step.exclusive(_lock(artifact.digest)):
            _store(step).remove(artifact.digest, _owner(step))

    def _folder(self, step: Step) -> Path:
        """Return the folder to take."""
        folder = step.facts.source / self._config.output
        if not folder.is_dir():
            made = f"; {self._config.command[0]} did not make it" if self._config.command else ""
            raise OperationError(f"there is no folder {folder}{made}", hint="look at output in the build block")
        return folder


class FilesRegistry:
    """Keeps trees in a folder, which may be on another disk."""

    def __init__(self, config: FilesRegistryConfig) -> None:
        self._config = config

    def push(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the artifact as it is kept here."""
        return _kept(self._trees(step), read_artifact(artifact.reference, artifact.digest), step)

    def copy_from(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the artifact of another registry as it is kept here."""
        return self.push(artifact, step)

    def exists(self, artifact: Artifact, step: Step) -> bool:
        """Return whether the tree is kept and has its digest."""
        return self._trees(step).holds(artifact.digest)

    def delete(self, artifact: Artifact, step: Step) -> None:
        """Forget the tree; it is removed when no other project needs it."""
        with step.exclusive(_lock(artifact.digest)):
            self._trees(step).remove(artifact.digest, _owner(step))

    def _trees(self, step: Step) -> TreeStore:
        """Return the folder of the trees."""
        path = self._config.path
        if path == "~" or path.startswith("~/"):
            return TreeStore(step.facts.home / path[2:])
        return TreeStore(step.facts.source / path)


def discard_damaged(artifact: Artifact, step: Step) -> None:
    """Remove a tree of the builder whose bytes have changed, so that the next build makes it again."""
    store = _store(step)
    if Path(artifact.reference) == store.path(artifact.digest):
        with step.exclusive(_lock(artifact.digest)):
            store.discard(artifact.digest)


def _store(step: Step) -> TreeStore:
    """Return the user's own store of trees."""
    return TreeStore(step.facts.data / "trees", step.facts.data / "blobs")


def _kept(store: TreeStore, tree: Tree, step: Step) -> Artifact:
    """Return the artifact of the tree, which is kept from now on."""
    with step.exclusive(_lock(tree.digest)):
        folder = store.add(tree)
        store.add_owner(tree.digest, _owner(step))
    files = len(tree.entries)
    step.say(f"{files} {'file' if files == 1 else 'files'}, {tree.size} bytes")
    return Artifact(
        kind=FILE_TREE, reference=str(folder), digest=tree.digest, details={"files": files, "bytes": tree.size}
    )


def _until_cancelled(found: Iterable[Found], step: Step) -> Iterator[Found]:
    """Yield what was found. Raises CancelledError, DeadlineError."""
    for each in found:
        step.check()
        yield each


def _lock(digest: str) -> str:
    """Return the name of the lock on a tree."""
    return f"milepost-local:tree:{digest}"


def _owner(step: Step) -> str:
    """Return who needs a tree: the project, as this history knows it."""
    return f"{step.facts.store}/{step.facts.project}"
