"""What people are told of a `use` block, made of the plugin's class."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from milepost.host.project.arguments import use_arguments
from milepost.sdk import Credential, PluginConfig, Secret


class Login(Struct, frozen=True, kw_only=True):
    user: Annotated[str, Meta(description="Who.")]
    password: Annotated[Credential | None, Meta(description="The password.")] = None


class Config(PluginConfig, frozen=True, kw_only=True):
    image: Annotated[str, Meta(description="Which image.")]
    env: Annotated[dict[str, str | Secret], Meta(description="Variables.")] = field(default_factory=dict)
    login: Annotated[Login | None, Meta(description="A login.")] = None
    logins: Annotated[dict[str, Secret | Login], Meta(description="Logins.")] = field(default_factory=dict)
    patience: Annotated[float, Meta(description="Seconds.")] = 2.5
    token: Annotated[str | None, Meta(description="A token.")] = field(default=None, name="theToken")


ARGUMENTS = {each.name: each for each in use_arguments(Config)}


def test_an_argument_has_its_name_in_the_file_its_type_in_words_its_default_and_its_meaning() -> None:
    told = {name: each[1:-1] for name, each in ARGUMENTS.items()}
    assert told == {
        "image": ("string", True, "", "Which image."),
        "env": ("map(string)", False, "none", "Variables."),
        "login": ("block", False, "none", "A login."),
        "logins": ("map(string or block)", False, "none", "Logins."),
        "patience": ("number", False, "`2.5`", "Seconds."),
        "theToken": ("string", False, "none", "A token."),
    }


def test_what_stands_in_a_block_is_told_too_also_in_a_map_of_blocks() -> None:
    assert [each.name for each in ARGUMENTS["login"].inner] == ["user", "password"]
    assert ARGUMENTS["logins"].inner == ARGUMENTS["login"].inner
    assert ARGUMENTS["login"].inner[0].required
    assert ARGUMENTS["env"].inner == ()
