"""Lists the base images of the Dockerfiles whose tag leads to a newer digest than the one that is pinned.

    ./build.sh --target=Propose-Bases

Changes nothing: a new base is reviewed like any other change. Needs only HTTPS to the registry of each base.

The exit code is 0, also when there are newer ones, and 1 when a registry could not be asked.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import NamedTuple, Optional

FOLDER = Path(__file__).resolve().parent
PINNED = re.compile(
    r"^ARG BASE_IMAGE=(?P<name>[^\s:@]+):(?P<tag>[^\s@]+)@(?P<digest>sha256:[0-9a-f]{64})$", re.MULTILINE
)
TYPES = ", ".join(
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
)


class Base(NamedTuple):
    """A pinned base image: registry host, repository, tag and digest."""

    host: str
    repository: str
    tag: str
    digest: str


def parse(dockerfile: str) -> Base:
    """Returns the base that a Dockerfile pins.

    Raises:
        ValueError: BASE_IMAGE is not NAME:TAG@DIGEST.
    """
    match = PINNED.search(dockerfile)
    if match is None:
        raise ValueError("BASE_IMAGE is not pinned; it must be NAME:TAG@sha256:DIGEST")
    first, _, rest = match["name"].partition("/")
    if rest and ("." in first or ":" in first or first == "localhost"):
        return Base(first, rest, match["tag"], match["digest"])
    # Docker's rule for names without a host.
    return Base("registry-1.docker.io", match["name"] if rest else f"library/{first}", match["tag"], match["digest"])


def token(challenge: str) -> Optional[str]:
    """Requests an anonymous token of the service that a challenge names."""
    fields = dict(re.findall(r'([a-z]+)="([^"]*)"', challenge))
    realm = fields.pop("realm", "")
    if not realm.startswith("https://"):
        return None
    with urllib.request.urlopen(f"{realm}?{urllib.parse.urlencode(fields)}", timeout=30) as response:
        answer = json.load(response)
    found = answer.get("token") or answer.get("access_token")
    return found if isinstance(found, str) else None


def newest(base: Base) -> str:
    """Returns the digest that the tag leads to now.

    Raises:
        OSError: The registry refused or did not respond.
    """
    address = f"https://{base.host}/v2/{base.repository}/manifests/{base.tag}"
    headers = {"Accept": TYPES}
    for _ in range(2):
        request = urllib.request.Request(address, method="HEAD", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return str(response.headers["Docker-Content-Digest"])
        except urllib.error.HTTPError as error:
            granted = token(error.headers.get("WWW-Authenticate", "")) if error.code == 401 else None
            if granted is None or "Authorization" in headers:
                raise
            headers["Authorization"] = f"Bearer {granted}"
    raise OSError("the token was refused")


def main() -> int:
    failed = False
    for dockerfile in sorted(FOLDER.glob("*/Dockerfile")):
        base = parse(dockerfile.read_text())
        name = dockerfile.relative_to(FOLDER.parent)
        try:
            digest = newest(base)
        except OSError as error:
            print(
                f"{name}: {base.host} could not be asked about {base.repository}:{base.tag}: {error}.", file=sys.stderr
            )
            failed = True
            continue
        if digest == base.digest:
            print(f"{name}: {base.repository}:{base.tag} is the newest")
        else:
            print(f"{name}: {base.repository}:{base.tag} is newer; put {digest} in place of {base.digest}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
