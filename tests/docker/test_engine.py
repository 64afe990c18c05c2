"""Tests of engine.py that need no engine: what it installs, which client it takes, which processes it ends."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))

import engine  # noqa: E402


class InstallTests(unittest.TestCase):
    def setUp(self) -> None:
        self.commands: list[list[str]] = []
        self.codes: list[int] = []

        def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            self.commands.append(command)
            return subprocess.CompletedProcess(command, self.codes.pop(0) if self.codes else 0, "", "no such package")

        for patch in (
            mock.patch.object(engine.subprocess, "run", run),
            mock.patch.object(engine.os, "geteuid", lambda: self.user),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        self.user = 0
        environment = mock.patch.dict(os.environ)
        environment.start()
        self.addCleanup(environment.stop)
        os.environ.pop("CI", None)

    def present(self, *programs: str) -> None:
        patch = mock.patch.object(engine, "find_program", lambda name: f"/usr/bin/{name}" if name in programs else None)
        patch.start()
        self.addCleanup(patch.stop)

    def test_installs_nothing_when_nothing_is_missing(self) -> None:
        self.present("dockerd", "docker-registry")
        engine.install(["dockerd", "docker-registry"])
        self.assertEqual([], self.commands)

    def test_installs_what_is_missing(self) -> None:
        self.present("apt-get", "docker-registry")
        engine.install(["dockerd", "docker-registry", "mmdebstrap"])
        self.assertEqual(
            [["apt-get", "install", "-y", "--no-install-recommends", "docker.io", "mmdebstrap"]], self.commands
        )

    def test_updates_the_package_lists_and_retries_when_a_package_is_not_found(self) -> None:
        self.present("apt-get")
        self.codes = [100, 0, 0]
        engine.install(["dockerd"])
        self.assertEqual(["install", "update", "install"], [command[1] for command in self.commands])

    def test_reports_the_error_when_the_second_attempt_fails_too(self) -> None:
        self.present("apt-get")
        self.codes = [100, 0, 100]
        with self.assertRaisesRegex(engine.EngineError, "exited with code 100: no such package"):
            engine.install(["dockerd"])

    def test_names_the_command_when_it_may_not_install(self) -> None:
        self.present("apt-get")
        self.user = 1000
        with self.assertRaisesRegex(engine.UnavailableError, "`apt-get install -y --no-install-recommends docker.io`"):
            engine.install(["dockerd"])
        self.assertEqual([], self.commands)

    def test_uses_sudo_on_the_machine_of_a_pipeline(self) -> None:
        self.present("apt-get")
        self.user = 1000
        os.environ["CI"] = "true"
        engine.install(["dockerd"])
        self.assertEqual(["sudo", "-n", "apt-get", "install"], self.commands[0][:4])


class ClientTests(unittest.TestCase):
    def choose(self, **clients: str) -> str:
        with tempfile.TemporaryDirectory() as root:
            folders = []
            for name, script in clients.items():
                folder = Path(root, name)
                folder.mkdir()
                (folder / "docker").write_text(f"#!/bin/sh\n{script}\n")
                (folder / "docker").chmod(0o755)
                folders.append(str(folder))
            with mock.patch.dict(os.environ, {"PATH": os.pathsep.join(folders)}):
                return Path(engine.choose_client()).parent.name

    def test_skips_a_client_without_buildx(self) -> None:
        new = '[ "$1" = --version ] && echo "Docker version 28.2.2, build 1" || exit 1'
        old = '[ "$1" = --version ] && echo "Docker version 20.10.24+dfsg1, build 1" || exit 1'
        self.assertEqual("old", self.choose(new=new, old=old))

    def test_takes_the_first_client_with_buildx(self) -> None:
        self.assertEqual("new", self.choose(new="exit 0", old="exit 0"))


class StopTests(unittest.TestCase):
    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()", *arguments])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_ends_only_processes_of_the_folder(self) -> None:
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root, "engine")
            (folder / "exec").mkdir(parents=True)
            (folder / "docker.pid").write_text(
                str(os.getpid())
            )  # from a killed run; the id belongs to another process now
            ours = self.start("--pidfile", str(folder / "docker.pid"))
            child = self.start("--config", str(folder / "exec" / "containerd.toml"))
            other = self.start("--pidfile", str(Path(root, "engine-2", "docker.pid")))

            engine.stop(folder, Path(root, "cache"))

            self.assertEqual([-signal.SIGTERM, -signal.SIGTERM, None], [ours.wait(10), child.wait(10), other.poll()])
            self.assertEqual([], sorted(path.name for path in folder.iterdir()))


if __name__ == "__main__":
    unittest.main()
