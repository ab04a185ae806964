"""The apps that journeys are made with."""

from __future__ import annotations

SERVER = '''\
"""Tells its version; slowly at /slow, in pieces at /stream. It knows nothing of signals and ends at once."""

import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = open("version.txt").read().strip()


class Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/stream":
            return self.stream()
        if self.path == "/slow":
            time.sleep(0.5)
        body = VERSION.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(5):
            self.wfile.write(b"5\\r\\npiece\\r\\n")
            time.sleep(0.1)
        self.wfile.write(b"0\\r\\n\\r\\n")

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


Server(("127.0.0.1", int(os.environ["PORT"])), Shop).serve_forever()
'''

WORKER = '''\
"""Writes down when it began and when it ended, outside of its folder."""

import os
import signal
import threading
import time

version = open("version.txt").read().strip()
end = threading.Event()


def note(word):
    with open(os.environ["DIARY"], "a") as diary:
        diary.write(f"{time.time()} {word} {version}\\n")


signal.signal(signal.SIGTERM, lambda number, frame: end.set())
note("begins")
end.wait()
time.sleep(0.3)
note("ends")
'''

DEPLOY = """\
    use "local" {
      command = ["python3", "server.py"]
    }
"""


def project(deploy: str = DEPLOY, app: str = "", release: str = "", build: str = "") -> str:
    """Return a project file of one app, with more in its blocks."""
    return f"""\
project = "shop"

app "web" {{
{app}
  health {{
    path    = "/healthz"
    timeout = "20s"
  }}

  build {{
    use "files" {{}}
{build}
  }}

  deploy {{
{deploy}
  }}

  release {{
{release}
  }}
}}
"""


PROJECT = project()


def worker_project(diary: str, strategy: str = "") -> str:
    """Return a project file of a worker that keeps a diary."""
    chosen = f'  strategy = "{strategy}"' if strategy else ""
    return f"""\
project = "shop"

app "web" {{
{chosen}
  config {{
    env = {{
      DIARY = "{diary}"
    }}
  }}

  build {{
    use "files" {{}}
  }}

  deploy {{
    use "local" {{
      command = ["python3", "worker.py"]
      worker  = true
      settle  = 0.2
    }}
  }}
}}
"""
