"""The blocks `client_config` and `auth`, as project files write them."""

from __future__ import annotations

import msgspec

from milepost_docker.engine.config import Auth, ClientConfig


def test_the_auth_block_has_the_names_that_files_of_waypoint_use() -> None:
    names = {each.encode_name for each in msgspec.structs.fields(Auth)}
    of_waypoint = {"hostname", "username", "password", "email", "auth", "serverAddress", "identityToken"}
    assert of_waypoint | {"registryToken"} == names


def test_the_client_config_has_the_names_that_files_of_waypoint_use() -> None:
    names = {each.encode_name for each in msgspec.structs.fields(ClientConfig)}
    assert {"host", "cert_path", "api_version"} <= names
