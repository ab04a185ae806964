"""Labels and variables for a reverse proxy of the user's that finds containers by itself.

Such a proxy sends traffic to a container from the moment it runs, and labels cannot be changed later. So nothing can be
staged: a deployment has to start at its release.
"""

from __future__ import annotations

import re

from milepost.sdk import OperationError, RefusedError, Step
from milepost.sdk.step import Facts
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.settings import Proxy


def refuse_staging(config: DockerConfig, step: Step) -> None:
    """Raise RefusedError for a strategy that would have it public before its release; OperationError without hosts."""
    if config.proxy is None:
        return
    if step.facts.strategy == "blue-green":
        raise RefusedError(
            f"{config.proxy.kind} sends traffic to whatever runs, so what blue-green starts would be public at once",
            hint='strategy = "start-first" in the app: it starts at its release',
        )
    if not step.facts.hosts:
        raise OperationError(
            f"{config.proxy.kind} needs to know under which host names {step.facts.app} is public",
            hint='hosts = ["shop.example.com"] in the app',
        )


def public_url(config: DockerConfig, facts: Facts) -> str | None:
    """Return where the proxy shows the app; None without one."""
    if config.proxy is None or not facts.hosts:
        return None
    return f"{'https' if config.proxy.tls else 'http'}://{facts.hosts[0]}"


def labels(config: DockerConfig, facts: Facts, network: str) -> dict[str, str]:
    """Return what the proxy reads on a container."""
    proxy = config.proxy
    if proxy is None or proxy.kind == "nginx-proxy":
        return {}
    if proxy.kind == "caddy-docker-proxy":
        scheme = "" if proxy.tls else "http://"
        hosts = ", ".join(f"{scheme}{each}" for each in facts.hosts)
        return {"caddy": hosts, "caddy.reverse_proxy": f"{{{{upstreams {config.service_port}}}}}"}
    return _traefik(proxy, config.service_port, facts, proxy.network or network)


def variables(config: DockerConfig, facts: Facts) -> dict[str, str]:
    """Return what the proxy reads in a container's environment."""
    proxy = config.proxy
    if proxy is None or proxy.kind != "nginx-proxy":
        return {}
    hosts = ",".join(facts.hosts)
    certificates = {"LETSENCRYPT_HOST": hosts} if proxy.tls else {}
    return {"VIRTUAL_HOST": hosts, "VIRTUAL_PORT": str(config.service_port), **certificates}


def _traefik(proxy: Proxy, port: int, facts: Facts, network: str) -> dict[str, str]:
    """Return the labels of Traefik's Docker provider."""
    name = re.sub(r"[^a-z0-9-]+", "-", f"{facts.project}-{facts.workspace}-{facts.app}".lower())
    router, service = f"traefik.http.routers.{name}", f"traefik.http.services.{name}.loadbalancer"
    said = {
        "traefik.enable": "true",
        "traefik.docker.network": network,
        f"{router}.rule": " || ".join(f"Host(`{each}`)" for each in facts.hosts),
        f"{router}.entrypoints": ",".join(proxy.entrypoints),
        f"{router}.tls": "true" if proxy.tls else "",
        f"{router}.tls.certresolver": proxy.cert_resolver or "",
        f"{service}.server.port": str(port),
    }
    return {label: value for label, value in said.items() if value}
