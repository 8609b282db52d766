"""The package's structure, read from its imports: circles, deep imports, fan-in, long parts.

``python tests/structure.py [PACKAGE]`` prints it; ``test_layers.py`` holds the package to it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from pathlib import Path

MOST_LINES = 300
MOST_FUNCTION_LINES = 60
MOST_PARAMETERS = 8
MOST_UNDOCUMENTED = 2


def module_name(path: Path, package: Path) -> str:
    """Dotted name of a file of the package."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(path: Path) -> set[str]:
    """Full names of everything that a file imports, inside functions and for types too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def import_graph(package: Path) -> dict[str, set[str]]:
    """Which modules of the package each of its modules imports.

    An import of a name from a package is one of that package's ``__init__``; a package's front
    door is an arrow to the files behind it, so a file behind it must not use it.
    """
    files = {module_name(path, package): path for path in sorted(package.rglob("*.py"))}
    graph: dict[str, set[str]] = {}
    for name, path in files.items():
        graph[name] = set()
        for imported in imported_names(path):
            while imported and imported not in files:
                imported = imported.rpartition(".")[0]
            if imported and imported not in (name, package.name):
                graph[name].add(imported)
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other in a circle (Tarjan's components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(graph[name]):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return found


def deep_imports(graph: dict[str, set[str]], parents: Iterable[str]) -> list[tuple[str, str]]:
    """Imports of a module inside one of the packages right below `parents`, from outside of it."""
    found = []
    for name, imported in graph.items():
        for other in sorted(imported):
            for parent in parents:
                house = _room(other, parent, graph)
                if house and other != house and not (name + ".").startswith(house + "."):
                    found.append((name, other))
    return found


def _room(name: str, parent: str, graph: dict[str, set[str]]) -> str | None:
    """The package right below `parent` that a module lies in."""
    if not name.startswith(parent + "."):
        return None
    room = parent + "." + name[len(parent) + 1 :].split(".")[0]
    inside = any(other.startswith(room + ".") for other in graph)
    return room if inside else None


def fan_in(graph: dict[str, set[str]]) -> dict[str, int]:
    """By how many modules each module is imported."""
    counts = dict.fromkeys(graph, 0)
    for imported in graph.values():
        for name in imported:
            counts[name] += 1
    return counts


def long_files(package: Path) -> list[tuple[str, int]]:
    """Files of more than 300 lines."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _files(package)}
    return [(module_name(p, package), n) for p, n in lengths.items() if n > MOST_LINES]


def long_functions(package: Path) -> list[tuple[str, int]]:
    """Functions whose code, without the docstring, has more than 60 lines."""
    found = []
    for path in _files(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            length = node.end_lineno - body[0].lineno + 1 if body and node.end_lineno else 0
            if length > MOST_FUNCTION_LINES:
                found.append((f"{module_name(path, package)}.{node.name}", length))
    return found


def long_parameter_lists(package: Path) -> list[tuple[str, int]]:
    """Functions with more than 8 parameters; compiled ones take plain arrays and are left out."""
    return [
        (name, len(names))
        for name, node, names in _functions(package)
        if len(names) > MOST_PARAMETERS and not _is_compiled(node)
    ]


def undocumented_parameters(package: Path) -> list[str]:
    """Public functions of 3 parameters or more whose docstring does not describe them."""
    return [
        name
        for name, node, names in _functions(package)
        if len(names) > MOST_UNDOCUMENTED
        and not any(part.startswith("_") for part in name.split("."))
        and "Parameters\n" not in (ast.get_docstring(node) or "")
        and not _is_compiled(node)
    ]


def _functions(package: Path) -> list[tuple[str, ast.FunctionDef, list[str]]]:
    """Every function and method but those inside functions: name, node, names of parameters."""
    found: list[tuple[str, ast.FunctionDef, list[str]]] = []

    def visit(nodes: list[ast.stmt], inside: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{inside}.{node.name}")
            elif isinstance(node, ast.FunctionDef):
                given = node.args
                every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
                names = [item.arg for item in every if item.arg not in ("self", "cls")]
                found.append((f"{inside}.{node.name}", node, names))

    for path in _files(package):
        visit(ast.parse(path.read_text(encoding="utf-8")).body, module_name(path, package))
    return found


def _is_compiled(node: ast.FunctionDef) -> bool:
    words = ("compiled", "jit", "overload", "intrinsic")
    return any(word in ast.unparse(item) for item in node.decorator_list for word in words)


def repeated_file_names(package: Path) -> dict[str, int]:
    """File names that occur more than once."""
    names = [path.name for path in _files(package) if path.name != "__init__.py"]
    return {name: names.count(name) for name in sorted(set(names)) if names.count(name) > 1}


def _files(package: Path) -> list[Path]:
    return sorted(package.rglob("*.py"))


def main(package: Path) -> None:
    """Print the structure of a package."""
    graph = import_graph(package)
    methods = f"{package.name}.methods"
    print(f"{len(graph)} modules, {sum(map(len, graph.values()))} imports between them")
    rings = [" <-> ".join(group) for group in circles(graph)]
    print("circles:", *rings or ["none"], sep="\n  ")
    deep = [f"{a} imports {b}" for a, b in deep_imports(graph, [methods])]
    print("imports of a method's inside:", *deep or ["none"], sep="\n  ")
    print("files over 300 lines:", *long_files(package) or ["none"], sep="\n  ")
    print("functions over 60 lines:", *long_functions(package) or ["none"], sep="\n  ")
    print("over 8 parameters:", *long_parameter_lists(package) or ["none"], sep="\n  ")
    silent = undocumented_parameters(package)
    print("3 parameters or more, not described:", *silent or ["none"], sep="\n  ")
    print("repeated file names:", repeated_file_names(package))
    busiest = sorted(fan_in(graph).items(), key=lambda item: -item[1])[:12]
    print("most imported:", *(f"{count:3} {name}" for name, count in busiest), sep="\n  ")


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[1] / "facestyle"
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else default)
