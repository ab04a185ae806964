"""`milepost open`: the URL for people and programs, a browser where somebody sits, a tunnel until Ctrl-C."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from core.tests.cli.conftest import Shop, Terminal
from milepost.cli.start import run
from milepost.cli.surroundings import Surroundings
from milepost.host.assembly import Host


def test_where_nobody_sits_the_url_is_printed(shop: Shop) -> None:
    shop("up")
    assert shop("open").stdout == "http://shop.default.web.fake\n"
    found = shop.document("open", "web")
    assert (found["url"], found["tunnel"], found["number"]) == ("http://shop.default.web.fake", False, 1)


def test_at_a_terminal_the_browser_is_opened_unless_the_url_is_only_to_be_printed(shop: Shop) -> None:
    shop("up")
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return False

    def open_host(folder: Path, environment: Mapping[str, str]) -> Host:
        return Host(folder, environment, (str(shop.folder.parent / "plugins"), *sys.path))

    err = Terminal()
    surroundings = Surroundings(
        shop.environment, shop.folder, Terminal(), err, io.StringIO(), open_host=open_host, browse=browse
    )
    assert run(["open", "--print"], surroundings) == 0
    assert opened == []
    assert run(["open"], surroundings) == 0
    assert opened == ["http://shop.default.web.fake"]
    assert "no browser could be opened" in err.getvalue()


def test_a_tunnel_stands_until_an_end_is_asked_for(shop: Shop) -> None:
    text = (shop.folder / "milepost.hcl").read_text()
    (shop.folder / "milepost.hcl").write_text(text.replace('use "fake" {}', 'use "fake" { tunnel = true }'))
    shop("build")
    shop("deploy")
    argv = shop.argv("open", "--staged")
    with subprocess.Popen(argv, cwd=shop.folder, env=shop.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "http://127.0.0.1:1/tunnel\n"
        assert shop.world.log()[-1] == "open web"
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    assert shop.world.log()[-1] == "close web"


def test_a_deployment_is_opened_by_its_ref_in_its_own_workspace(shop: Shop) -> None:
    shop("build", "-w", "staging")
    shop("deploy", "-w", "staging")
    assert shop("open", "web#2").stdout.startswith("http://127.0.0.1:2")


def test_staged_and_a_ref_do_not_go_together(shop: Shop) -> None:
    done = shop("open", "1", "--staged", status=2)
    assert "--staged means the newest one that waits" in done.stderr
