"""A GitHub API that knows one pull request, which changes one page of documentation."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REPOSITORY = "octo-org/model-training"
NUMBER = 7
COMMIT = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
PULL_REQUEST = {
    "number": NUMBER,
    "title": "Correct a word",
    "state": "open",
    "merged": False,
    "draft": False,
    "labels": [],
    "head": {"ref": "words", "sha": COMMIT, "repo": {"full_name": REPOSITORY, "fork": False}},
    "base": {"ref": "main", "repo": {"full_name": REPOSITORY}},
}
ANSWERS = {
    f"/repos/{REPOSITORY}/pulls/{NUMBER}": PULL_REQUEST,
    f"/repos/{REPOSITORY}/pulls/{NUMBER}/files": [{"filename": "docs/architecture.md", "status": "modified"}],
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802
        answer = ANSWERS.get(self.path.split("?")[0])
        body = json.dumps({"message": "Not Found"} if answer is None else answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Prints nothing."""


@contextmanager
def open_pull_request(folder: Path) -> Iterator[dict[str, str]]:
    """Serves the pull request, and yields the variables that GitHub Actions sets for its event.

    Args:
        folder: Receives the event, the outputs and the summary of the step.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    event = {
        "action": "synchronize",
        "number": NUMBER,
        "pull_request": PULL_REQUEST,
        "repository": {"full_name": REPOSITORY, "default_branch": "main"},
        "sender": {"login": "octocat", "type": "User"},
    }
    (folder / "event.json").write_text(json.dumps(event))
    for name in ("output", "summary"):
        (folder / name).touch()
    try:
        yield {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_TOKEN": "bench",
        }
    finally:
        server.shutdown()
        server.server_close()
