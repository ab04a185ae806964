"""The JSON Schema takes what the reader takes, and refuses what it refuses."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator
from msgspec import Meta

from milepost.host.language.json_syntax.lower import lower_json
from milepost.host.language.json_syntax.source import JsonSource
from milepost.host.project.json_schema import json_schema
from milepost.host.project.misfits import misfits
from milepost.host.project.schema import ROOT
from milepost.sdk.config import PluginConfig
from milepost.sdk.secret import Secret


class Port(PluginConfig, frozen=True, kw_only=True):
    number: Annotated[int, Meta(ge=1)]


class Docker(PluginConfig, frozen=True, kw_only=True):
    image: Annotated[str, Meta(description="The image.", min_length=1)]
    password: Secret | None = None
    ports: tuple[Port, ...] = ()
    env: dict[str, str] = {}  # noqa: RUF012 - msgspec makes a fresh one for each
    pull: bool = True
    wait: Annotated[float, Meta(gt=0)] = 1.0


SCHEMA = json_schema(lambda role: {"docker": Docker} if role == "platform" else {})
VALIDATOR = Draft202012Validator(SCHEMA)
SHOP: dict[str, Any] = {
    "//": ["anything"],
    "project": "shop",
    "labels": {"team": "${var.team}"},
    "milepost": {"version": ">= 0.1", "files": ["../shared"]},
    "workspace": {"production": {"protected": True}},
    "variable": {
        "team": {"type": "string", "default": None, "validation": [{"condition": "${true}", "error_message": "no"}]},
        "all": {"type": "map(object({ a = optional(string) }))", "default": {"x": {}}, "env": ["A"]},
    },
    "locals": [{"a": 1}, {"b": {"//": 1}}],
    "plugin": {"notify": {"url": "http://x", "version": "~> 1.0"}},
    "config": {"env": {"A": 1, "B": None, "C": True, "D": "${var.team}"}, "workspace": {"x": {"env": {}}}},
    "app": {
        "web": {
            "//": "the app",
            "port": "${8000 + 80}",
            "keep_releases": 2,
            "strategy": "blue-green",
            "health": {"path": "/x", "status": [200, "${201}"], "timeout": "10s", "interval": 0.5},
            "build": {
                "use": {"files": {"anything": [1]}},
                "hook": [{"when": "before", "command": ["make"]}],
                "registry": {"use": {"other": {}}},
                "workspace": {"staging": {"replace": True, "use": {"files": {}}}},
            },
            "deploy": {
                "use": {"docker": {"image": "x", "ports": [{"number": 80}], "env": {"A": 1}, "wait": "2s"}},
                "task": {"migrate": {"command": ["./migrate"], "timeout": "${x}m"}},
                "label": {"env == prod": {"hook": {"when": "after", "command": "${var.command}"}}},
            },
            "release": {
                "use": {"caddy": {}},
                "verify": {"path": "/", "status": [200]},
                "on_verify_failure": "rollback",
            },
        },
        "api": [{"build": {"from": "web"}, "deploy": {"use": {"docker": {"image": "${artifact.image}"}}}}],
    },
    "pipeline": {"all": {"step": {"one": {"use": {"build": {"disable_push": True}}}, "two": {"pipeline": None}}}},
    "runner": {"data_source": {"git": {"url": "x"}}, "poll": {"enabled": True, "interval": "30s"}},
}


def errors(document: Any) -> list[str]:
    return [each.message for each in VALIDATOR.iter_errors(document)]


def changed(place: tuple[str | int, ...], value: Any) -> Any:
    document = json.loads(json.dumps(SHOP))
    inner = document
    for each in place[:-1]:
        inner = inner[each]
    inner[place[-1]] = value
    return document


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    references = {each.split('"')[0] for each in json.dumps(SCHEMA).split("#/$defs/")[1:]}
    assert references == set(SCHEMA["$defs"])


def test_a_whole_project_is_taken() -> None:
    assert errors(SHOP) == []
    assert errors([SHOP]) == []
    body = lower_json(JsonSource("milepost.hcl.json", json.dumps(SHOP)), ROOT)
    assert misfits(body) == []


def test_a_file_may_name_its_schema_at_its_top_only() -> None:
    named = {"$schema": "schema.json", **SHOP}
    assert errors(named) == []
    assert misfits(lower_json(JsonSource("milepost.hcl.json", json.dumps(named)), ROOT)) == []
    inside = {**SHOP, "locals": {}, "history": {"$schema": "schema.json"}}
    assert errors(inside) != []
    assert len(misfits(lower_json(JsonSource("milepost.hcl.json", json.dumps(inside)), ROOT))) == 1


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("project",), 3),
        (("projekt",), "x"),
        (("app", "web", "prot"), 1),
        (("app", "web", "port"), "8080"),
        (("app", "web", "port"), 70000),
        (("app", "web", "strategy"), "blue"),
        (("app", "web", "path"), ["x"]),
        (("app", "web", "depends_on"), "api"),
        (("app", "web", "keep_running"), "yes"),
        (("app", "web", "health", "timeout"), "10 seconds"),
        (("app", "web", "health", "timeout"), 0),
        (("app", "web", "health", "status"), [99]),
        (("app", "web", "build", "hook", 0, "when"), "befor"),
        (("app", "web", "build", "hook", 0), {"when": "before"}),
        (("app", "web", "build", "use"), "files"),
        (("app", "web", "deploy", "use", "docker", "imge"), "x"),
        (("app", "web", "deploy", "use", "docker"), {}),
        (("app", "web", "deploy", "use", "docker", "ports"), [{"number": 0}]),
        (("app", "web", "deploy", "use", "docker", "pull"), 1),
        (("app", "web", "deploy"), {}),
        (("app", "web"), "x"),
        (("app",), ["web"]),
        (("variable", "team", "sensitive"), "true"),
        (("pipeline", "all", "step", "one", "use"), {"biuld": {}}),
        (("pipeline", "all", "step", "one", "use", "build", "push"), True),
        (("workspace", "production", "replace"), True),
        (("config", "env"), ["A=1"]),
    ],
)
def test_what_cannot_be_right_is_refused(place: tuple[str | int, ...], value: Any) -> None:
    assert errors(changed(place, value))


def test_a_file_without_a_name_is_refused() -> None:
    assert errors({}) == ["'project' is a required property"]


def test_arguments_are_described() -> None:
    docker = SCHEMA["$defs"]["platform-docker"]
    assert docker["properties"]["image"]["description"] == "The image."
    assert "public port" in SCHEMA["$defs"]["app"]["properties"]["port"]["description"]
