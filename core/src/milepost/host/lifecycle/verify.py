"""The check after a release: the public must see what was released."""

from __future__ import annotations

from milepost.host.cancel import Deadline
from milepost.host.lifecycle.operation import OpenOperation
from milepost.host.lifecycle.reports import keep_report
from milepost.host.processes import Watch
from milepost.host.project.hooks import Verify
from milepost.sdk.deployment import Health, HealthName, Release
from milepost.sdk.errors import CommandFailedError, DeadlineError, VerifyFailedError
from milepost.sdk.step import Command

INTERVAL = 0.25


def check_release(operation: OpenOperation, verify: Verify, release: Release, folder: str) -> None:
    """Return when the release passes its check. Raises VerifyFailedError when it does not within the limit."""
    if verify.path is not None:
        if not release.urls:
            raise VerifyFailedError("the release has no URL, so its verify path cannot be asked")
        _until_answered(operation, verify, release.urls[0].rstrip("/") + verify.path)
    if verify.command:
        _run(operation, verify, release, folder)
        _report(operation, "ready", f"{verify.command[0]} ended with status 0")
    operation.say("verified")


def _report(operation: OpenOperation, name: HealthName, message: str) -> None:
    """Record what the check saw."""
    keep_report(operation, operation.record, "verify", Health(name=name, message=message))


def _until_answered(operation: OpenOperation, verify: Verify, url: str) -> None:
    """Ask the URL until it answers as it should."""
    bench = operation.bench
    end = bench.monotonic() + verify.timeout
    while True:
        bench.cancel.check()
        found = _status(url, max(0.1, end - bench.monotonic()))
        if isinstance(found, int) and (found in verify.status if verify.status else 200 <= found < 400):
            _report(operation, "ready", f"GET {url}: {found}")
            return
        if bench.monotonic() >= end:
            _report(operation, "down", f"GET {url}: {found}")
            operation.evidence("verify", f"GET {url}: {found}")
            wanted = " or ".join(map(str, verify.status)) or "200 to 399"
            raise VerifyFailedError(f"{url} answered {found}, expected {wanted} within {verify.timeout:g} s")
        bench.cancel.wait(INTERVAL)


def _status(url: str, timeout: float) -> int | str:
    """Return the HTTP status that a URL answers with, or why there is none."""
    import http.client  # noqa: PLC0415 - it brings the e-mail package, which few releases need
    from urllib.parse import urlsplit  # noqa: PLC0415 - needed with it

    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=timeout)
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"nothing ({error})"
    finally:
        connection.close()


def _run(operation: OpenOperation, verify: Verify, release: Release, folder: str) -> None:
    """Run the command of the check."""
    bench = operation.bench
    watch = Watch(
        cancel=bench.cancel,
        deadline=Deadline("verify", verify.timeout, bench.monotonic),
        started=operation.started,
        ended=operation.ended,
        output=operation.output,
    )
    url = release.urls[0] if release.urls else ""
    command = Command(argv=verify.command, cwd=folder, env={"MILEPOST_URL": url})
    try:
        bench.runner(command, bench.environment, watch)
    except (CommandFailedError, DeadlineError) as error:
        _report(operation, "down", str(error).partition("\n")[0])
        operation.evidence("verify", error.tail if isinstance(error, CommandFailedError) else str(error))
        raise VerifyFailedError(f"verify: {error}") from error
