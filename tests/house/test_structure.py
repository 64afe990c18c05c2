"""The layout of docs/architecture.md: which project may use which, namespaces, circles, sizes of folders and tasks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import PurePosixPath

from sources import CSharpFile, csharp_files, listed, read, tracked

LARGEST_FOLDER = 15
LONGEST_TASK = 40

# Folders that hold one file per thing: targets and endpoints. The subsets under Compatibility follow upstream.
UNLIMITED_FOLDERS = {"Tasks", "Endpoints"}
UPSTREAM = PurePosixPath("src/Compatibility")

# Each project with the projects of this repository that it may refer to, beside the subsets of packages.
ALLOWED_REFERENCES = {
    "Experiments": set(),
    "Workspaces": {"Experiments"},
    "CodeHosts": {"Experiments", "Workspaces"},
    "Datasets": {"Experiments", "Workspaces"},
    "Images": {"Experiments", "Workspaces"},
    "Reports": {"Experiments"},
    "Studio": set(),
    "WorkspaceEmulator": {"Studio"},
    "DirectStart": set(),
    "Build": {"Experiments", "Workspaces", "CodeHosts", "Datasets", "Images", "Reports"},
}

# Projects that another one starts as a process: built before it, never referred to.
STARTED = {("Build", "WorkspaceEmulator"), ("Build", "DirectStart")}

# Where the host is put together: these files name every room, and no room names them.
COMPOSITION_ROOT = {PurePosixPath("build/BuildHost.cs"), PurePosixPath("build/BuildSetup.cs")}


def is_upstream(path: PurePosixPath) -> bool:
    return UPSTREAM in path.parents


def expected_namespace(path: PurePosixPath) -> str:
    """Returns the namespace that follows from the folder: src/Workspaces/Jobs/X.cs is in Workspaces.Jobs."""
    parts = list(path.parent.parts)
    if parts[0] in ("src", "tests"):
        parts = parts[1:]
    if parts[0] == "build":
        parts[0] = "Build"
    return ".".join(parts)


def project_of(path: PurePosixPath) -> PurePosixPath:
    """Returns the folder of the project that a C# file belongs to."""
    projects = {project.parent for project in tracked("*.csproj")}
    return next(folder for folder in path.parents if folder in projects)


def edges() -> dict[str, dict[str, set[str]]]:
    """Returns for each namespace the namespaces of the same project that it uses, with an example for each."""
    declared: dict[str, set[str]] = defaultdict(set)
    for file in csharp_files():
        declared[file.namespace] |= file.types
    used: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in csharp_files():
        if is_upstream(file.path) or file.path in COMPOSITION_ROOT:
            continue
        for other in visible_from(file):
            if other.split(".")[0] == file.namespace.split(".")[0] and other != file.namespace:
                common = declared[other] & file.words - declared[file.namespace]
                if common:
                    used[file.namespace][other].add(f"{file.path} names {sorted(common)[0]}")
    return used


def visible_from(file: CSharpFile) -> set[str]:
    """Returns the namespaces whose types a file can name unqualified: the imported ones, and those around its own."""
    parts = file.namespace.split(".")
    return set(file.usings) | {".".join(parts[:count]) for count in range(1, len(parts))}


def circles(graph: dict[str, dict[str, set[str]]]) -> list[list[str]]:
    """Finds the groups of nodes that reach each other (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph.get(node, {}):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            start = stack.index(node)
            group = stack[start:]
            del stack[start:]
            if len(group) > 1:
                found.append(sorted(group))

    for node in list(graph):
        if node not in index:
            visit(node)
    return found


def test_projects_refer_to_what_the_architecture_allows() -> None:
    faults = []
    for path in tracked("src/*.csproj", "build/*.csproj"):
        if is_upstream(path):
            continue
        for match in re.finditer(r"<ProjectReference Include=\"([^\"]+)\"([^>]*)", read(path)):
            name = PurePosixPath(match[1]).stem
            if (path.stem, name) in STARTED and 'ReferenceOutputAssembly="false"' in match[2]:
                continue
            if name not in ALLOWED_REFERENCES[path.stem]:
                faults.append(f"{path} refers to {name}; it may refer to {sorted(ALLOWED_REFERENCES[path.stem])}")
    assert not faults, listed(faults)


def test_each_namespace_equals_its_folder() -> None:
    faults = [
        f"{file.path} is in {file.namespace}; it must be in {expected_namespace(file.path)}"
        for file in csharp_files()
        if file.namespace and not is_upstream(file.path) and file.namespace != expected_namespace(file.path)
    ]
    assert not faults, listed(faults)


def test_folders_do_not_import_each_other_in_a_circle() -> None:
    graph = edges()
    faults = []
    for group in circles(graph):
        faults += [
            f"{one} uses {other}: {min(examples)}"
            for one in group
            for other, examples in graph[one].items()
            if other in group
        ]
    assert not faults, listed(faults)


def test_the_python_package_has_no_circle() -> None:
    graph: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in tracked("src/training/detection/*/*.py"):
        room = path.relative_to("src/training/detection").parts[0]
        for match in re.finditer(r"^\s*from detection\.(\w+)\.", read(path), re.MULTILINE):
            if match[1] != room:
                graph[room][match[1]].add(str(path))
    faults = [
        f"{one} uses {other}: {min(files)}"
        for group in circles(graph)
        for one in group
        for other, files in graph[one].items()
    ]
    assert not faults, listed(faults)


def test_no_type_of_tasks_is_named_elsewhere() -> None:
    tasks = {name: file.path for file in csharp_files() if file.namespace == "Build.Tasks" for name in file.types}
    faults = [
        f"{file.path} names {name} of {tasks[name]}"
        for file in csharp_files()
        if file.namespace.split(".")[0] == "Build"
        and file.namespace not in ("Build.Tasks",)
        and "Tests" not in file.namespace
        for name in sorted(file.words & set(tasks))
    ]
    assert not faults, listed(faults)


def test_a_task_file_is_short() -> None:
    faults = [
        f"{file.path} has {file.lines} lines; it must have at most {LONGEST_TASK}: "
        "a task says what, and the sessions and libraries how"
        for file in csharp_files()
        if file.namespace == "Build.Tasks" and file.lines > LONGEST_TASK
    ]
    assert not faults, listed(faults)


def test_no_folder_holds_more_than_a_reader_can_keep_in_mind() -> None:
    sizes = Counter(path.parent for path in tracked("src/*.cs", "build/*.cs", "src/*.py") if not is_upstream(path))
    faults = [
        f"{folder} holds {count} files; it must hold at most {LARGEST_FOLDER}: give it rooms"
        for folder, count in sizes.items()
        if count > LARGEST_FOLDER and folder.name not in UNLIMITED_FOLDERS
    ]
    assert not faults, listed(faults)
