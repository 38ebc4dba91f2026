"""`make bench`: every benchmark in turn, or those named ("answers scale"), in this one process on this one machine.

Run as a folder, `python tests/benchmarks`: citeurl installs a package called `tests`, which Python prefers to a folder
without `__init__.py`, so that `-m tests.benchmarks` finds nothing. For the same reason the folder is registered here.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent


def register_tests() -> None:
    """Make `tests.…` mean our folder."""
    spec = ModuleSpec("tests", None, is_package=True)
    spec.submodule_search_locations = [str(HERE.parent)]
    sys.modules["tests"] = module_from_spec(spec)


def main(wanted: list[str]) -> None:
    """Run the `main` of each bench_*.py, or of those in `wanted`."""
    register_tests()
    for module in sorted(pkgutil.iter_modules([str(HERE)]), key=lambda m: m.name):
        name = module.name.removeprefix("bench_")
        if module.name.startswith("bench_") and (not wanted or name in wanted):
            print(f"\n== {name.replace('_', ' ')} ==", flush=True)
            importlib.import_module(module.name).main()


if __name__ == "__main__":
    main(sys.argv[1:])
