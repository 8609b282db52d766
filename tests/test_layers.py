"""Who may import whom, and what `import facestyle` loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from structure import (
    circles,
    deep_imports,
    import_graph,
    imported_names,
    long_files,
    long_functions,
    long_parameter_lists,
    undocumented_parameters,
)

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "facestyle"

# first names below the package; a part imports itself and lower layers
LAYERS = (
    {
        "errors",
        "files",
        "stopwatch",
        "choices",
        "progress",
        "thread_log",
        "frozen",
        "row_bands",
        "srgb_curve",
        "spare_memory",
    },
    {"settings", "looks"},
    {"array_files", "assets", "cache_files"},
    {"kernels", "disk_cache", "io"},
    {"imaging", "mrf"},
    {"faces", "flow"},
    {"exemplars", "alignment"},
    {"selection", "compositing", "tracking"},
    {"methods"},
    {"pipeline"},
    {"web"},
    {"cli"},
    {"__main__"},
)
LAYER_OF = {name: number for number, names in enumerate(LAYERS) for name in names}
# beside the house: the neural wing stands on errors, files, progress and settings, metrics on faces
# and the neural wing
BESIDE = {
    "neural": {"neural", "errors", "files", "progress", "settings"},
    "metrics": {"metrics", "neural", "faces", "io", "errors", "assets"},
}
METHODS_LAYER = LAYER_OF["methods"]
NEURAL_MAY_IMPORT = {"torch", "numpy", "PIL", "safetensors", "facestyle"}
KERNELS_MAY_IMPORT = {"numpy", "numba", "llvmlite", "facestyle"}

MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
GRAPH = import_graph(PACKAGE)


def own_imports(path: Path) -> set[str]:
    """First names below the package of everything that a module imports from it."""
    parts = (name.split(".") for name in imported_names(path))
    found = {part[1] for part in parts if part[0] == "facestyle" and len(part) > 1}
    return found - {"__version__"}


def foreign_imports(path: Path) -> set[str]:
    roots = {name.split(".")[0] for name in imported_names(path)}
    return roots - set(sys.stdlib_module_names)


def test_no_files_import_each_other_in_a_circle():
    assert circles(GRAPH) == []


def test_circles_are_found():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}
    assert circles(graph) == [["b", "c"]]


def test_nothing_imports_the_inside_of_a_method():
    assert deep_imports(GRAPH, ["facestyle.methods"]) == []


def test_benchmarks_import_no_inside_of_a_method():
    for path in (ROOT / "benchmarks").rglob("*.py"):
        for name in imported_names(path):
            parts = name.split(".")
            inside = parts[:2] == ["facestyle", "methods"] and ".".join(parts[:4]) in GRAPH
            assert not (inside and len(parts) > 3), f"{path.name} imports {name}"


def test_deep_imports_are_found():
    graph = {
        "p.methods.a": set(),
        "p.methods.a.inner": {"p.methods.b"},
        "p.methods.b": set(),
        "p.methods.b.inner": {"p.methods.b"},
        "p.cli": {"p.methods.a", "p.methods.a.inner"},
    }
    assert deep_imports(graph, ["p.methods"]) == [("p.cli", "p.methods.a.inner")]


def test_files_and_functions_are_short():
    assert long_files(PACKAGE) == []
    assert long_functions(PACKAGE) == []


def test_parameters_are_few_and_described():
    assert long_parameter_lists(PACKAGE) == []
    assert undocumented_parameters(PACKAGE) == []


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_lower_layers_never_import_higher_ones(module):
    name = module.parts[0].removesuffix(".py")
    if name == "__init__":
        return  # the package's front door; test_import_of_the_package_is_light covers it
    allowed = BESIDE.get(name)
    if allowed is None:
        assert name in LAYER_OF, f"{module}: give the new module a layer in this test"
        # parts of one layer are neighbors: they do not import each other
        allowed = {name}.union(*LAYERS[: LAYER_OF[name]])
        if LAYER_OF[name] >= METHODS_LAYER:
            allowed |= {"neural", "metrics"}
    assert own_imports(PACKAGE / module) <= allowed


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] == "neural"], ids=str)
def test_the_neural_wing_runs_on_a_bare_gpu_machine(module):
    assert foreign_imports(PACKAGE / module) <= NEURAL_MAY_IMPORT


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] == "kernels"], ids=str)
def test_kernels_know_plain_arrays_only(module):
    assert foreign_imports(PACKAGE / module) <= KERNELS_MAY_IMPORT
    assert own_imports(PACKAGE / module) <= {"kernels"}


def test_no_kernel_is_compiled_at_import():
    for path in (PACKAGE / "kernels").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    eager = isinstance(decorator, ast.Call) and decorator.args
                    assert not eager, f"{path.name}: {node.name} has an eager signature"


def test_import_of_the_package_is_light():
    heavy = ("numpy", "cv2", "dlib", "numba", "torch", "scipy", "skimage", "PIL", "av")
    script = f"import sys, facestyle; print([m for m in {heavy} if m in sys.modules])"
    command = [sys.executable, "-c", script]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_public_names_exist():
    import facestyle

    for name in facestyle.__all__:
        assert getattr(facestyle, name) is not None
    assert set(facestyle.__all__) <= set(dir(facestyle))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = facestyle.no_such_name
