"""Projects of Waypoint's kind run unchanged: from up to destroy, on a real engine."""

from __future__ import annotations

import shutil

import pytest

from tests.engines import images
from tests.engines.buildpacks import Buildpacks, make_buildpacks
from tests.engines.docker import Engine
from tests.engines.registries import PASSWORD, Registry
from tests.journeys.conftest import EXAMPLES
from tests.journeys.place import Place, text_of
from tests.journeys.quay import Quay, named, variables

PROJECTS = {"docker": "guestbook", "docker-pull": "notices", "pack": "pages"}


class Users:
    """A user of Waypoint's with one of its projects."""

    def __init__(self, place: Place, engine: Engine, example: str) -> None:
        shutil.copytree(EXAMPLES / "waypoint" / example, place.folder, dirs_exist_ok=True)
        self.quay = Quay(place, engine, PROJECTS[example])
        if self.quay.left("container"):
            pytest.skip(f"a project {self.quay.name} of somebody's is on this engine")
        self.place = self.quay.place

    def close(self, *flags: str) -> None:
        """Destroy everything, and see that it is gone, but for the caches of builds."""
        self.place.run("destroy", "--all", "--volumes", "--confirm", "default", *flags)
        assert self.quay.left("container", "network") == {}
        assert self.place.running() == []
        self.quay.engine.remove(f"milepost/project={self.quay.name}")


def test_docker_build_registry_and_deploy_with_waypoints_parameters(
    empty: Place, docker_engine: Engine, registry_with_password: Registry
) -> None:
    users = Users(empty, docker_engine, "docker")
    place = users.place.having(MILEPOST_VAR_registry_password=PASSWORD, WP_VAR_base=images.base(docker_engine))
    flags = ("--var", f"registry={registry_with_password.host}")
    told = place.run("validate", *flags).told
    for difference in ("url of app", "WP_VAR_base is read as in Waypoint"):
        assert difference in told, told
    done = place.up(*flags)
    assert text_of(f"{done['urls'][0]}/cgi-bin/place") == "Welcome to the hall\n"
    pushed = next(each["artifact"] for each in done["operations"] if each["stage"] == "push")
    assert pushed["reference"].startswith(f"{registry_with_password.host}/guestbook/web")
    (status,) = place.json("status", *flags)["apps"]
    (container,) = users.quay.inspect(*(each["name"] for each in status["live"]["state"]["fields"]["replicas"]))
    host = container["HostConfig"]
    assert (host["Memory"], host["CpuShares"], host["Binds"]) == (64 << 20, 512, ["/usr/share:/shared:ro"])
    assert container["Config"]["Labels"]["team"] == "guests"
    assert {"PLACE=the hall", "PORT=3000"} <= set(container["Config"]["Env"])
    assert set(host["PortBindings"]) == {"3000/tcp", "9000/tcp"}
    users.close(*flags)


def test_docker_pull_and_docker_ref_with_waypoints_parameters(
    empty: Place, docker_engine: Engine, registry_with_password: Registry
) -> None:
    image = f"{registry_with_password.host}/notices/board:stable"
    users = Users(empty, docker_engine, "docker-pull")
    config = _push(docker_engine, image, registry_with_password, empty)
    place = users.place.having(MILEPOST_VAR_registry_password=PASSWORD, DOCKER_CONFIG=config)
    flags = ("--var", f"registry={registry_with_password.host}")
    done = place.up(*flags)
    assert {named(url) for url in done["urls"]} == {"hello\n"}
    apps = place.json("status", *flags)["apps"]
    assert {each["app"]: each["health"]["name"] for each in apps} == {"board": "ready", "mirror": "ready"}
    assert len({each["live"]["artifact"]["digest"] for each in apps}) == 1
    users.close(*flags)


@pytest.mark.current_engine
def test_pack_and_docker_with_waypoints_parameters(
    empty: Place, current_engine: Engine, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made: Buildpacks = make_buildpacks(current_engine, registry, tmp_path_factory.mktemp("buildpacks"))
    users = Users(empty, current_engine, "pack")
    names = ("PATH", "PACK_HOME", "DOCKER_API_VERSION")
    place = users.place.having(**variables(made.environment), **{name: made.environment[name] for name in names})
    flags = ("--var", f"builder={made.builder}")
    done = place.up(*flags)
    assert "<p>These pages are an image" in text_of(done["urls"][0])
    assert place.json("status", *flags)["apps"][0]["health"]["name"] == "ready"
    users.close(*flags)
    caches = [f"milepost-pages.web.default.{each}" for each in ("build", "launch")]
    current_engine.docker("volume", "rm", "--force", *caches)


def _push(engine: Engine, image: str, registry: Registry, place: Place) -> str:
    """Put an image into a registry, leave none of it on the engine, and return the config of who has logged in."""
    own = engine.apart(place.root / "docker")
    own.docker(
        "login", "--username", registry.user, "--password-stdin", registry.host, stdin=registry.password.encode()
    )
    own.docker("tag", images.web(engine), image)
    own.docker("push", "--quiet", image)
    own.docker("rmi", image)
    return own.environment["DOCKER_CONFIG"]
