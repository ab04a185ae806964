"""What is said about the plugins that Waypoint had."""

from __future__ import annotations

import pytest

from milepost.host.plugins.catalog import Catalog, Entry
from milepost.host.predecessor import advice, distribution_of
from milepost.sdk.errors import PluginNotFoundError

WORDS = (
    *("aws-alb", "aws-ami", "aws-ec2", "aws-ecr", "aws-ecr-pull", "aws-ecs", "aws-lambda", "aws-ssm"),
    *("azure-container-instance", "consul", "consul-release-controller", "docker", "docker-pull", "docker-ref"),
    *("exec", "files", "google-cloud-run", "helm", "kubernetes", "kubernetes-apply", "lambda-function-url"),
    *("netlify", "nomad", "nomad-jobspec", "nomad-jobspec-canary", "noop", "null", "pack", "packer"),
    *("terraform-cloud", "vault"),
)


@pytest.mark.parametrize("word", WORDS)
def test_there_is_advice_for_every_word_that_waypoint_had(word: str) -> None:
    assert advice(word)


@pytest.mark.parametrize(
    ("word", "distribution"),
    [("docker-pull", "milepost-docker"), ("helm", "milepost-kubernetes"), ("pack", "milepost-buildpacks")],
)
def test_a_word_that_a_distribution_of_ours_has_names_it(word: str, distribution: str) -> None:
    assert distribution_of(word) == distribution
    assert advice(word) == f"pip install {distribution}"


@pytest.mark.parametrize(
    ("word", "program"), [("vault", "vault"), ("terraform-cloud", "terraform"), ("consul", "consul")]
)
def test_a_source_of_config_names_the_program_that_reads_it(word: str, program: str) -> None:
    assert f'secret("command", ["{program}"' in str(advice(word))


def test_a_word_that_waypoint_did_not_have_gets_no_such_advice() -> None:
    assert (advice("heroku"), distribution_of("heroku")) == (None, None)


def test_the_error_for_a_missing_plugin_has_the_advice() -> None:
    with pytest.raises(PluginNotFoundError) as caught:
        Catalog([Entry(1, "platform", "local", "x", "milepost-local", "1")]).find("platform", "nomad-jobspec")
    assert caught.value.hint == "pip install milepost-nomad"


def test_a_plugin_is_found_by_its_word_or_its_distribution_with_its_version() -> None:
    entries = [Entry(1, role, "local", "x", "milepost-local", "1.2") for role in ("platform", "builder")]
    catalog = Catalog(entries)
    assert catalog.versions("local") == {"milepost-local": "1.2"}
    assert catalog.versions("milepost-local") == {"milepost-local": "1.2"}
    assert catalog.versions("other") == {}
