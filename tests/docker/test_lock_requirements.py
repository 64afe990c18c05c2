"""Tests of lock_requirements.py: the form of a lock, what makes it incomplete or stale, and what pip's report gives."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docker"))

import lock_requirements as locking  # noqa: E402

REQUIREMENTS = "# A remark.\nTorch_Vision==0.26.0\nnumpy==2.2.6\n"
HASH = "0a" * 32


def package(name: str, version: str, sha256: str | None = HASH) -> dict[str, Any]:
    hashes = {} if sha256 is None else {"sha256": sha256}
    return {"metadata": {"name": name, "version": version}, "download_info": {"archive_info": {"hashes": hashes}}}


def lock(*packages: dict[str, Any]) -> str:
    return locking.render({"install": list(packages)}, REQUIREMENTS)


COMPLETE = (package("torch-vision", "0.26.0"), package("numpy", "2.2.6"), package("Needed.By_it", "1.0"))


class LockTests(unittest.TestCase):
    def test_a_lock_has_every_package_with_its_hash(self) -> None:
        text = lock(*COMPLETE)
        self.assertEqual([], locking.faults(text, REQUIREMENTS))
        self.assertIn(f"needed-by-it==1.0 --hash=sha256:{HASH}\n", text)
        self.assertNotIn("://", text)

    def test_a_package_without_a_hash_is_refused(self) -> None:
        with self.assertRaises(locking.LockError):
            lock(package("numpy", "2.2.6", sha256=None))

    def test_a_missing_pin_is_a_fault(self) -> None:
        self.assertEqual(
            ["numpy is missing; it must be 2.2.6, as in requirements.txt"],
            locking.faults(lock(COMPLETE[0]), REQUIREMENTS),
        )

    def test_a_lock_of_other_requirements_is_stale(self) -> None:
        found = locking.faults(lock(*COMPLETE), REQUIREMENTS.replace("2.2.6", "2.2.7"))
        self.assertEqual("it is of other requirements; make it again: ./build.sh --target=Lock-Requirements", found[0])

    def test_a_remark_makes_no_lock_stale(self) -> None:
        self.assertEqual([], locking.faults(lock(*COMPLETE), "# Another remark.\n" + REQUIREMENTS))

    def test_a_line_without_a_hash_is_a_fault(self) -> None:
        found = locking.faults(lock(*COMPLETE) + "wheel==1.0\n", REQUIREMENTS)
        self.assertEqual(["line 6 is 'wheel==1.0'; it must be NAME==VERSION --hash=sha256:DIGEST"], found)

    def test_a_package_that_is_locked_twice_is_a_fault(self) -> None:
        found = locking.faults(lock(*COMPLETE) + f"NumPy==2.2.6 --hash=sha256:{HASH}\n", REQUIREMENTS)
        self.assertEqual(["line 6 locks NumPy again; each package must be locked once"], found)

    def test_the_lock_of_the_repository_is_complete(self) -> None:
        if not locking.LOCK.exists():
            self.skipTest(
                "no lock is there: ./build.sh --target=Lock-Requirements writes it where a package index responds"
            )
        self.assertEqual([], locking.faults(locking.LOCK.read_text(), locking.REQUIREMENTS.read_text()))
