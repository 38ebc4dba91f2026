"""`make bench`: every benchmark in turn, each in this one process on this one machine."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path


def main() -> None:
    """Run each bench_*.py's `main`."""
    for module in sorted(pkgutil.iter_modules([str(Path(__file__).parent)]), key=lambda m: m.name):
        if module.name.startswith("bench_"):
            print(f"\n== {module.name.removeprefix('bench_').replace('_', ' ')} ==")
            importlib.import_module(f"tests.benchmarks.{module.name}").main()


if __name__ == "__main__":
    main()
