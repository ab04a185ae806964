"""The plugins that Waypoint had, and where to find what they did: data about the predecessor, for advice only."""

from __future__ import annotations

from collections.abc import Mapping

_DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
    "milepost-docker": ("docker", "docker-pull", "docker-ref"),
    "milepost-buildpacks": ("pack",),
    "milepost-kubernetes": ("kubernetes", "kubernetes-apply", "helm"),
    "milepost-nomad": ("nomad", "nomad-jobspec", "nomad-jobspec-canary"),
    "milepost-local": ("files",),
}
"""The distributions of ours, and the words of Waypoint that they know."""

_PROGRAMS: Mapping[str, str] = {
    "vault": '"vault", "kv", "get"',
    "consul": '"consul", "kv", "get"',
    "terraform-cloud": '"terraform", "output", "-raw"',
    "aws-ssm": '"aws", "ssm", "get-parameter"',
    "packer": '"hcp", "packer"',
}
"""The sources of config of Waypoint, and how the program of each begins that reads a value."""

_OTHERWISE: Mapping[str, str] = {
    **dict.fromkeys(("null", "noop"), "it did nothing; leave its block out"),
    "exec": 'run the command in a hook of the deploy block: hook { when = "after" … }',
    **{word: f'read the value by its program: secret("command", [{words}, …])' for word, words in _PROGRAMS.items()},
}
"""What to write instead, where something else does the same."""

_NONE = (
    "aws-alb",
    "aws-ami",
    "aws-ec2",
    "aws-ecr",
    "aws-ecr-pull",
    "aws-ecs",
    "aws-lambda",
    "azure-container-instance",
    "consul-release-controller",
    "google-cloud-run",
    "lambda-function-url",
    "netlify",
)
_WRITE_ONE = "no distribution of milepost offers it; anybody can write one: see the guide on writing a plugin"


def distribution_of(word: str) -> str | None:
    """Return the distribution of ours that has what Waypoint called by that word; None if there is none."""
    return next((name for name, words in _DISTRIBUTIONS.items() if word in words), None)


def advice(word: str) -> str | None:
    """Return what to do about a plugin of Waypoint that is not installed; None for a word that it did not have."""
    if distribution := distribution_of(word):
        return f"pip install {distribution}"
    if word in _OTHERWISE:
        return _OTHERWISE[word]
    return _WRITE_ONE if word in _NONE else None
