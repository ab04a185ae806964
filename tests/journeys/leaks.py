"""Programs and a plugin that tell every secret they get hold of, in every way that comes to mind."""

from __future__ import annotations

LEAK = '''\
"""Prints secrets: those of a JSON file, or those of its own environment, then ends with the given status."""

import base64
import json
import os
import sys
import time
from urllib.parse import quote, quote_plus

WORDS = ("CANARY_",)


def written(secret):
    data = secret.encode()
    yield secret
    yield repr(secret)
    yield repr(data)
    for offset in range(3):
        yield base64.b64encode(b"?" * offset + data + b"!").decode()
        yield base64.urlsafe_b64encode(b"?" * offset + data + b"!").decode()
    yield base64.encodebytes(data).decode()
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield quote(secret, safe="").replace("%2F", "%2f").replace("%3A", "%3a").replace("%2B", "%2b")
    yield json.dumps({"secret": secret}).replace("/", "\\\\/")
    yield json.dumps({"secret": secret})
    yield json.dumps({"secret": secret}, ensure_ascii=False)
    middle = len(secret) // 2
    yield f"{secret[:middle]}\\x1b[31m{secret[middle:]}\\x1b[0m"
    for line in secret.splitlines():
        yield f"  | {line}"


def leak(secrets, stream):
    for secret in secrets:
        for text in written(secret):
            stream.write(f"told: {text} so far\\n")
        middle = len(secret) // 2
        for border in (4096, 8192, 65536):
            stream.write("." * (border - middle) + secret + "\\n")
        stream.flush()
    for secret in secrets[-3:]:
        middle = len(secret) // 2
        stream.write(secret[:middle])
        stream.flush()
        time.sleep(0.1)
        stream.write(secret[middle:] + "\\n")
        stream.flush()


def main(argv):
    if argv[1:2] == ["--file"]:
        secrets = list(json.load(open(argv[2])).values())
    else:
        secrets = [value for name, value in sorted(os.environ.items()) if name.startswith("CANARY_")]
    leak(secrets, sys.stdout)
    leak(secrets, sys.stderr)
    sys.exit(int(argv[3]) if len(argv) > 3 else 0)


if __name__ == "__main__":
    main(sys.argv)
'''

SERVER = '''\
"""Tells all its secrets to its log, then serves."""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import leak

secrets = [value for name, value in sorted(os.environ.items()) if name.startswith("CANARY_")]
leak.leak(secrets, sys.stdout)
leak.leak(secrets, sys.stderr)


class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Shop).serve_forever()
'''

PLUGIN = '''\
"""A registry that babbles: everything it is given it says, prints, and raises."""

import subprocess
import sys
import threading

from milepost.sdk import Command, Credential, OperationError, PluginConfig, RegistryOffer, Secret, hookimpl


class Config(PluginConfig, frozen=True, kw_only=True):
    token: Credential
    password: Secret


class Registry:
    def __init__(self, config):
        self.config = config

    def push(self, artifact, step):
        told = f"token {self.config.token.reveal()}, password {self.config.password.reveal()}"
        step.say(told)
        step.output(told)
        step.evidence(told, f"evidence: {told}")
        step.run(Command(argv=("sh", "-c", 'printf "%s" "$TOKEN"'), env={"TOKEN": self.config.token}))
        print(told)
        print(told, file=sys.stderr)
        how = step.facts.environment.get("LEAKY", "")
        if how == "fails":
            raise OperationError(told, hint=f"hint: {told}")
        if how == "breaks":
            raise KeyError(told)
        if how == "program":
            step.run(Command(argv=("sh", "-c", 'echo "$TOKEN" >&2; exit 3'), env={"TOKEN": self.config.token}))
        if how == "exits":
            raise SystemExit(told)
        if how == "thread":
            thread = threading.Thread(target=self.breaks, args=(told,))
            thread.start()
            thread.join()
        return artifact

    def breaks(self, told):
        raise RuntimeError(told)

    def exists(self, artifact, step):
        return False

    def delete(self, artifact, step):
        pass


@hookimpl
def milepost_registry(word):
    return RegistryOffer(config=Config, accepts=("file-tree/1",), load=lambda: Registry)
'''
