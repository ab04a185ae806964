"""The platform `webroot`: a deployment is a folder of static files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from milepost.sdk import (
    STATIC_FILES,
    Artifact,
    Deployment,
    Endpoint,
    Health,
    NotReadyError,
    OperationError,
    Recorded,
    Step,
)
from milepost_webroot.config import WebrootConfig, WebrootState


class WebrootPlatform:
    """Puts each deployment's files into a folder of its own."""

    def __init__(self, config: WebrootConfig) -> None:
        self._config = config

    def deploy(self, artifact: Artifact | None, step: Step) -> Deployment:
        """Copy the files, and see that the index is among them."""
        if artifact is None:
            raise OperationError("webroot needs files", hint='add a build block with use "files" {}')
        key = step.key()
        folder = self._folder(key)
        step.intend("folder", key)  # before it is made: whatever happens now, destroy will find it
        step.save(WebrootState(folder=str(folder), index=self._config.index))
        with _explained(f"copying the files to {folder}"):
            shutil.copytree(artifact.reference, folder, symlinks=True)
        step.created(key, str(folder))
        if not (folder / self._config.index).is_file():
            step.evidence("what was deployed", "\n".join(sorted(each.name for each in folder.iterdir())))
            raise NotReadyError(f"there is no {self._config.index} among the files")
        return Deployment(endpoints=(Endpoint(kind=STATIC_FILES, address=str(folder)),))

    def status(self, recorded: Recorded[WebrootState], step: Step) -> Health:
        """Return whether the files are there."""
        state = recorded.state
        if state is None or not Path(state.folder).is_dir():
            return Health(name="missing", message="its folder is gone")
        if not (Path(state.folder) / state.index).is_file():
            return Health(name="down", message=f"{state.index} is gone")
        return Health(name="ready")

    def destroy(self, recorded: Recorded[WebrootState], step: Step) -> None:
        """Remove the folder, also one that was only intended; one that is gone already is no error."""
        folders = [self._folder(each.key) for each in recorded.resources if each.kind == "folder"]
        if recorded.state is not None:
            folders.append(Path(recorded.state.folder))
        for folder in dict.fromkeys(folders):
            with _explained(f"removing {folder}"):
                if folder.is_dir():
                    shutil.rmtree(folder)

    def _folder(self, key: str) -> Path:
        """Return the folder of the deployment with that key."""
        return Path(self._config.path) / key


@contextmanager
def _explained(doing: str) -> Iterator[None]:
    """Turn an error of the disk into one that says what was being done."""
    try:
        yield
    except (OSError, shutil.Error) as error:
        raise OperationError(f"{doing} failed: {error}", hint="look at the folder's rights and free space") from error
