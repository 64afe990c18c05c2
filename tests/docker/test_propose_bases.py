"""Tests of propose_bases.py that need no registry."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docker"))

import propose_bases as bases  # noqa: E402

DIGEST = "sha256:" + "0a" * 32


class ParseTests(unittest.TestCase):
    def test_names_are_read_as_docker_reads_them(self) -> None:
        for name, expected in {
            "debian:bookworm": ("registry-1.docker.io", "library/debian", "bookworm"),
            "nvidia/cuda:13.0": ("registry-1.docker.io", "nvidia/cuda", "13.0"),
            "mcr.example.com/team/base:1": ("mcr.example.com", "team/base", "1"),
        }.items():
            with self.subTest(name):
                base = bases.parse(f"# A base.\nARG BASE_IMAGE={name}@{DIGEST}\nFROM x\n")
                self.assertEqual((*expected, DIGEST), tuple(base))

    def test_a_base_without_a_digest_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            bases.parse("ARG BASE_IMAGE=debian:bookworm\n")

    def test_each_dockerfile_of_the_repository_can_be_asked_about(self) -> None:
        files = list(bases.FOLDER.glob("*/Dockerfile"))
        self.assertTrue(files)
        for file in files:
            bases.parse(file.read_text())
