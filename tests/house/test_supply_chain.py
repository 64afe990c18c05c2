"""What the repository takes from others is pinned, hashed and named, without a word about where it was downloaded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sources import ROOT, listed, read, tracked

sys.path.insert(0, str(ROOT / "docs"))

import third_party_notices as notices  # noqa: E402


@pytest.mark.parametrize("path", tracked("*package-lock.json"), ids=str)
def test_each_npm_package_has_a_hash_and_no_address(path: object) -> None:
    lock = json.loads(read(path))  # type: ignore[arg-type]
    packages = {name: entry for name, entry in lock["packages"].items() if name and not entry.get("link")}
    assert packages
    faults = [name for name, entry in packages.items() if not re.match(r"sha512-|sha1-", entry.get("integrity", ""))]
    assert not faults, f"{path} has packages without integrity:" + listed(faults)
    addresses = re.findall(r"https?://[^\"]+\.tgz", read(path))  # type: ignore[arg-type]
    assert not addresses, f"{path} names a registry; omit-lockfile-registry-resolved in .npmrc leaves it out:" + listed(
        addresses
    )


def test_each_lock_of_nuget_names_no_address() -> None:
    faults = [str(path) for path in tracked("*packages.lock.json") if "://" in read(path)]
    assert not faults, listed(faults)


def test_a_pipeline_restores_no_other_packages_than_the_lock_names(tmp_path: Path) -> None:
    """A lock without one package, and one with another hash: a desk writes the first again, a pipeline refuses both."""
    for name in ("Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "Locked.csproj").write_text('<Project Sdk="Microsoft.NET.Sdk" />', encoding="utf-8")
    lock = tmp_path / "packages.lock.json"
    restored = restore(tmp_path, {})
    assert restored.returncode == 0, restored.stdout
    whole = lock.read_text(encoding="utf-8")
    packages = json.loads(whole)["dependencies"]["net10.0"]
    first = sorted(packages)[0]
    fewer = json.dumps({"version": 2, "dependencies": {"net10.0": {k: v for k, v in packages.items() if k != first}}})
    other = whole.replace(packages[first]["contentHash"][:20], "A" * 20)

    for platform, text, fault in (("GITHUB_ACTIONS", fewer, "NU1004"), ("TF_BUILD", other, "NU1403")):
        lock.write_text(text, encoding="utf-8")
        refused = restore(tmp_path, {platform: "true"})
        assert refused.returncode != 0 and fault in refused.stdout, refused.stdout
        assert lock.read_text(encoding="utf-8") == text

    lock.write_text(fewer, encoding="utf-8")
    assert restore(tmp_path, {}).returncode == 0
    assert json.loads(lock.read_text(encoding="utf-8"))["dependencies"]["net10.0"] == packages


def restore(folder: Path, platform: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Restores a project with the packages of this machine, on a platform or at a desk."""
    environment = {name: value for name, value in os.environ.items() if name not in ("GITHUB_ACTIONS", "TF_BUILD")}
    return subprocess.run(
        ["dotnet", "restore", "--force", "--nologo", "--disable-build-servers"],
        cwd=folder,
        env={**environment, **platform},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("path", tracked("docker/*/Dockerfile"), ids=str)
def test_each_base_image_is_pinned_by_its_digest(path: object) -> None:
    bases = re.findall(r"^ARG BASE_IMAGE=(\S+)$", read(path), re.MULTILINE)  # type: ignore[arg-type]
    assert len(bases) == 1
    assert re.search(r":[\w.-]+@sha256:[0-9a-f]{64}$", bases[0]), bases


def test_the_notices_name_each_package_that_is_shipped() -> None:
    text = notices.NOTICES.read_text(encoding="utf-8")
    packages = notices.shipped()
    if packages is None:
        pytest.skip("nothing is restored; the packages of Directory.Packages.props alone say nothing of dependencies")
    packages |= {(script.name, script.version) for script in notices.scripts()}
    missing = [f"{name} {version}" for name, version in sorted(packages) if f"| {name} | {version} |" not in text]
    assert (
        not missing
    ), "THIRD-PARTY-NOTICES.md lacks packages; write it again: python3 docs/third_party_notices.py" + listed(missing)
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    assert all(len(row) == 4 and row[2] and row[2] != "not stated" for row in rows), "a package states no licence"
