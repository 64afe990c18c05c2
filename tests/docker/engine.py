"""Starts a Docker engine, a registry and a Debian base image for tests and benchmarks, and stops what it started.

    python3 tests/docker/engine.py start --folder DIR [--cache DIR]     prints one line of JSON
    python3 tests/docker/engine.py stop  --folder DIR

A running engine (DOCKER_HOST, or the default socket) is used and stays running. Otherwise Debian's dockerd starts with
its own data, socket and pid file. Where it or the registry is missing, it is installed, which needs root on Debian.
The cache (~/.cache/model-training) keeps what takes long to make: the archive of the base image, and the layers and
build cache of the engine. One engine at a time can use them; a second one keeps its layers in DIR.
"""
from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from processes import containers_of, end, processes_of, unmount

DEFAULT_SOCKET = Path("/var/run/docker.sock")
SUITE = "bookworm"
BASE_IMAGE = f"debian-base:{SUITE}"
BASE_ARCHIVE = "debian-base.tar"
MIRROR = "http://deb.debian.org/debian"
PACKAGES = {"dockerd": "docker.io", "docker-registry": "docker-registry", "mmdebstrap": "mmdebstrap"}
START_SECONDS = 90
STOP_SECONDS = 40


class EngineError(RuntimeError):
    """Raised when a step fails; the message says which and why."""


class UnavailableError(EngineError):
    """Raised when this machine cannot run an engine; the message says what to do. The script exits with code 3."""


def find_program(name: str) -> str | None:
    # Debian keeps daemons in folders that may be missing from the PATH of a service or a user.
    return shutil.which(
        name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/usr/bin"])
    )


def install(programs: list[str]) -> None:
    """Installs the Debian packages of the missing programs."""
    packages = [PACKAGES[name] for name in programs if find_program(name) is None]
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    # The user of a pipeline's machine is not root, but may use sudo.
    become_root = [] if os.geteuid() == 0 else ["sudo", "-n"] if os.environ.get("CI") else None
    if become_root is None or not Path("/etc/debian_version").exists() or find_program("apt-get") is None:
        raise UnavailableError(
            f"{', '.join(packages)} must be installed, which needs root on Debian; as root, run: `{' '.join(command)}`"
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run([*become_root, *command], env=environment, capture_output=True, check=False).returncode != 0:
        # The package lists may be missing or outdated, as in a fresh container.
        run([*become_root, "apt-get", "update"], environment)
        run([*become_root, *command], environment)


def answers(family: socket.AddressFamily, address: str | tuple[str, int], path: str) -> bool:
    """Returns whether an HTTP server answers a GET with 200."""
    try:
        with socket.socket(family) as connection:
            connection.settimeout(5)
            connection.connect(address)
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            return connection.recv(64).split()[1:2] == [b"200"]
    except OSError:
        return False


def engine_answers(address: str) -> bool:
    if address.startswith("unix://"):
        return answers(socket.AF_UNIX, address[len("unix://") :], "/_ping")
    client = find_program("docker")
    return (
        client is not None
        and subprocess.run([client, "-H", address, "version"], capture_output=True, check=False, timeout=20).returncode
        == 0
    )


def registry_answers(address: str) -> bool:
    return answers(socket.AF_INET, ("127.0.0.1", int(address.rpartition(":")[2])), "/v2/")


def existing_engine() -> str | None:
    address = os.environ.get("DOCKER_HOST") or (f"unix://{DEFAULT_SOCKET}" if DEFAULT_SOCKET.exists() else None)
    return address if address and engine_answers(address) else None


def choose_client() -> str:
    """Returns the first docker command that builds with BuildKit: with buildx, or before 23, which needs none."""
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin"]
    clients = list(dict.fromkeys(path for folder in folders if (path := shutil.which("docker", path=folder))))
    for client in clients:
        if subprocess.run([client, "buildx", "version"], capture_output=True, check=False).returncode == 0:
            return client
        version = subprocess.run([client, "--version"], capture_output=True, text=True, check=False).stdout
        match = re.search(r"version (\d+)\.", version)
        if match and int(match[1]) < 23:
            return client
    raise UnavailableError(
        f"no docker command builds with BuildKit (found: {', '.join(clients) or 'none'}); "
        "install docker.io of Debian 12, or buildx"
    )


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes], what: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            state = (
                f"exited with code {process.returncode}"
                if process.poll() is not None
                else f"did not answer within {START_SECONDS} s"
            )
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise EngineError(f"{what} {state}; the end of {log}:\n{tail}")
        time.sleep(0.1)


def start_process(command: list[str], log: Path, keep_open: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        # Its own session, so that an interrupt at the terminal does not reach the engine.
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, pass_fds=keep_open
        )


def claim(cache: Path) -> int | None:
    """Locks the engine's data in the cache.

    Returns:
        The descriptor of the lock, which lasts until every process has closed it; None when another engine has it.
    """
    cache.mkdir(parents=True, exist_ok=True)
    lock = os.open(cache / "engine.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    release(cache / "engine")
    return lock


def release(data: Path) -> None:
    """Ends the containers and unmounts the mounts that a dead engine left in this data."""
    end(containers_of(data), 5)
    unmount(data)


def start_engine(folder: Path, cache: Path) -> tuple[str, int]:
    # What the base image needs comes along, so that apt runs once.
    makes_base = os.geteuid() == 0 and not (cache / BASE_ARCHIVE).exists()
    install(["dockerd", "mmdebstrap"] if makes_base else ["dockerd"])
    if os.geteuid() != 0:
        raise UnavailableError(
            "no Docker engine answers, and only root may start one; start Docker, or set DOCKER_HOST"
        )
    socket_file = folder / "docker.sock"
    if len(str(socket_file)) > 100:
        raise EngineError(
            f"{socket_file} is too long for a socket's path; it must be at most 100 characters: give a shorter --folder"
        )
    data, keep_open = folder / "data", ()
    lock = claim(cache)
    if lock is not None:
        # The engine inherits the lock and so holds it until it ends, in whatever way.
        data, keep_open = cache / "engine", (lock,)
    settings = folder / "daemon.json"
    settings.write_text(json.dumps({"builder": {"gc": {"enabled": True, "defaultKeepStorage": "12GB"}}}))
    (folder / "docker.pid").unlink(missing_ok=True)
    log = folder / "dockerd.log"
    # No bridge and no firewall rules: the machine's network does not change. Builds and containers use the host's.
    process = start_process(
        [
            find_program("dockerd") or "dockerd",
            "--config-file",
            str(settings),
            "--data-root",
            str(data),
            "--exec-root",
            str(folder / "exec"),
            "--pidfile",
            str(folder / "docker.pid"),
            "--host",
            f"unix://{socket_file}",
            "--bridge",
            "none",
            "--iptables=false",
            "--ip6tables=false",
        ],
        log,
        keep_open,
    )
    if lock is not None:
        os.close(lock)
    address = f"unix://{socket_file}"
    wait_for(lambda: engine_answers(address), process, "dockerd", log)
    return address, process.pid


def start_registry(folder: Path) -> tuple[str, int]:
    program = find_program("registry")
    if program is None:
        install(["docker-registry"])
        program = find_program("docker-registry") or "docker-registry"
    log = folder / "registry.log"
    for attempt in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = folder / "registry.yml"
        settings.write_text(
            # JSON is YAML.
            json.dumps(
                {
                    "version": "0.1",
                    "log": {"level": "warn"},
                    "storage": {
                        "filesystem": {"rootdirectory": str(folder / "registry")},
                        "delete": {"enabled": True},
                    },
                    "http": {"addr": f"127.0.0.1:{port}", "secret": os.urandom(16).hex()},
                }
            )
        )
        settings.chmod(0o600)
        process = start_process([program, "serve", str(settings)], log)
        try:
            wait_for(lambda: registry_answers(f"localhost:{port}"), process, "the registry", log)
            return f"localhost:{port}", process.pid
        except EngineError:
            # Another process may have taken the port between the probe and the start.
            if attempt == 4 or "address already in use" not in log.read_text(errors="replace"):
                raise
    raise AssertionError("the last attempt raises")


def make_archive(archive: Path) -> None:
    install(["mmdebstrap"])
    for unfinished in archive.parent.glob("base-*"):
        unmount(unfinished)
        shutil.rmtree(unfinished)
    with tempfile.TemporaryDirectory(prefix="base-", dir=archive.parent) as work:
        # As Debian's slim images, without documentation. mmdebstrap takes half the time of debootstrap.
        without = [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("doc", "locale", "man")]
        run(
            [
                find_program("mmdebstrap") or "mmdebstrap",
                "--quiet",
                "--variant=minbase",
                "--format=directory",
                *without,
                SUITE,
                f"{work}/tree",
                os.environ.get("DEBIAN_MIRROR") or MIRROR,
            ]
        )
        left_out = [
            f"--exclude=./{path}/*" for path in ("dev", "proc", "sys", "var/cache/apt", "var/lib/apt/lists", "var/log")
        ]
        run(
            [
                "tar",
                "--create",
                f"--file={work}/base.tar",
                f"--directory={work}/tree",
                "--numeric-owner",
                "--sort=name",
                *left_out,
                ".",
            ]
        )
        Path(work, "base.tar").replace(archive)


def make_base(client: str, address: str, cache: Path) -> None:
    docker = [client, "-H", address]
    if subprocess.run([*docker, "image", "inspect", BASE_IMAGE], capture_output=True, check=False).returncode == 0:
        return
    if os.geteuid() != 0:
        run([*docker, "pull", f"debian:{SUITE}-slim"])
        run([*docker, "tag", f"debian:{SUITE}-slim", BASE_IMAGE])
        return
    archive = cache / BASE_ARCHIVE
    with one_at_a_time(cache):
        if not archive.exists():
            make_archive(archive)
    run(
        [
            *docker,
            "import",
            "--change",
            'CMD ["/bin/bash"]',
            "--change",
            "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            str(archive),
            BASE_IMAGE,
        ]
    )


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EngineError(
            f"`{' '.join(command)}` exited with code {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}"
        )


def stop(folder: Path, cache: Path) -> None:
    """Ends the processes of a folder, also those that a killed run left, and unmounts the mounts below the folder."""
    # First dockerd, which ends its containerd and containers itself. What remains then is from one that was killed.
    end(processes_of(folder, ("docker.pid", "registry.yml")), STOP_SECONDS)
    end(processes_of(folder, ("exec",)), 5)
    release(folder / "data")
    if (lock := claim(cache)) is not None:
        os.close(lock)
    unmount(folder / "exec")
    for name in ("engine.json", "docker.pid", "docker.sock"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "exec", ignore_errors=True)


def start(folder: Path, cache: Path) -> dict[str, object]:
    record = folder / "engine.json"
    if record.exists():
        running = json.loads(record.read_text())
        if engine_answers(running["dockerHost"]) and registry_answers(running["registry"]):
            return running
    stop(folder, cache)
    try:
        address, engine_process = (existing, None) if (existing := existing_engine()) else start_engine(folder, cache)
        registry, registry_process = start_registry(folder)
        client = choose_client()
        make_base(client, address, cache)
    except BaseException:
        stop(folder, cache)
        raise
    started = {
        "dockerHost": address,
        "registry": registry,
        "baseImage": BASE_IMAGE,
        "docker": client,
        "engineProcess": engine_process,
        "registryProcess": registry_process,
    }
    unfinished = folder / "engine.json.new"
    unfinished.write_text(json.dumps(started))
    unfinished.replace(record)
    return started


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("--folder", type=Path, required=True, help="holds the sockets, logs and the registry's content")
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache" / "model-training", help="holds what is kept between runs"
    )
    arguments = parser.parse_args()
    folder, cache = arguments.folder.resolve(), arguments.cache.resolve()
    try:
        with one_at_a_time(folder):
            if arguments.action == "stop":
                stop(folder, cache)
            else:
                print(json.dumps(start(folder, cache)), flush=True)
        return 0
    except EngineError as error:
        print(error, file=sys.stderr)
        return 3 if isinstance(error, UnavailableError) else 1


if __name__ == "__main__":
    raise SystemExit(main())
