"""Loading official text: sections a second against the bare embedder, memory, a second load, the count table.

Text: the documents named by REGGI_TEST_STATUTES where there are any, else the fixtures; repeated with changed numbers.
BENCH_LOAD_SECTIONS sets the sizes ("5000,100000"); without it only the small one runs, so that `make bench` stays short.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "official"
EMBEDDING = "wordllama-256"
TODAY = dt.date(2026, 11, 21)
PER_FILE = 500


def real_texts() -> list[str]:
    """Return the texts of real sections, of every length."""
    from corpus_loader.read_file import read_file

    folder = Path(os.environ.get("REGGI_TEST_STATUTES") or FIXTURES)
    names = ("*.jsonl", "raw/*.html", "*.html", "raw/*.txt")
    texts = []
    for pattern in names:
        for path in sorted(folder.glob(pattern)):
            if path.name != "section_index.jsonl":
                texts += [
                    s.text
                    for s in read_file(path.read_bytes(), path.name).sections
                    if s.text and s.kind != "act"
                ]
    return texts


def write_code(folder: Path, count: int, changed: float = 0.0) -> None:
    """Write `count` sections of Minnesota law as JSONL files; the first `changed` share of each file has one word more."""
    texts = real_texts()
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, count, PER_FILE):
        with (folder / f"code-{first:06}.jsonl").open("w", encoding="utf-8") as out:
            for n in range(first, min(first + PER_FILE, count)):
                text = re.sub(
                    r"\b(\d{2,5})\b", lambda m, n=n: str(int(m[1]) + n // 7 % 89), texts[n % len(texts)]
                )
                if (n - first) < PER_FILE * changed:
                    text += " Amended."
                number = f"{600 + n // 200}.{n % 200 + 1:03}"
                row = {
                    "jurisdiction": "MN",
                    "citation": f"Minn. Stat. § {number}",
                    "number": number,
                    "title": f"Duty {n}",
                    "text": text,
                }
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


def load(data: Path, law: Path) -> dict[str, float]:
    """Load a folder in this process and return figures."""
    from corpus_loader.check import read_digest
    from corpus_loader.load_official import given_paths, load_official
    from retrieval.chroma_store import ChromaStore
    from retrieval.embeddings import embedding_model

    model = embedding_model(EMBEDDING)
    model.embed(["warm"])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    store = ChromaStore(data / "chroma", EMBEDDING)
    report = load_official(
        store,
        model,
        data,
        given_paths([law]),
        read_digest(ROOT / "tests" / "fixtures" / "digest"),
        {"MN": "Minnesota", "US": "federal"},
        TODAY,
    )
    store.close()
    return {
        "sections": report.sections, "chunks": report.chunks, "changed": report.count("changed"), "unchanged": report.unchanged,
        "seconds": report.seconds, "embed_seconds": report.embed_seconds, "before_mb": before,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


class Nowhere:
    """A store that keeps nothing, so that embedding alone is timed."""

    def write_official(self, jurisdiction: str, rows: object) -> None:
        """Drop the rows."""


def embedding_rates(law: Path, most: int = 12_000) -> dict[str, float]:
    """Return seconds of the bare embedder (one list, one call) and of the loader's batches for the same chunks: the best of five, by turns."""
    from corpus_loader.codes import DigestIndex
    from corpus_loader.embed_batches import Batches
    from corpus_loader.official import as_chunks, place_sections
    from corpus_loader.read_file import read_file
    from retrieval.embeddings import embedding_model

    index, chunks = DigestIndex(()), []
    for path in sorted(law.glob("*.jsonl")):
        for s in read_file(path.read_bytes(), path.name).sections:
            if len(chunks) < most:
                chunks.append(
                    [
                        c
                        for p in place_sections(s, index, "MN", "Minn. Stat.", "")
                        for c in as_chunks(p, "Minnesota", TODAY)
                    ]
                )
    model = embedding_model(EMBEDDING)
    texts = [c.embedded for own in chunks for c in own]
    model.embed(texts[:500])
    bare, ours = [], []
    for _ in range(5):
        began = time.perf_counter()
        model.embed(texts)
        bare.append(time.perf_counter() - began)
        batches = Batches(Nowhere(), model)
        began = time.perf_counter()
        for own in chunks:
            batches.add(own)
        batches.finish()
        ours.append(time.perf_counter() - began)
    return {"chunks": len(texts), "bare": min(bare), "ours": min(ours)}


def fresh(what: str, *paths: Path) -> dict[str, float]:
    """Run `load` or `bare` in a process of its own, so that peaks of memory do not mix."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_load", what, *map(str, paths)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def sizes() -> Iterator[int]:
    """Yield the numbers of sections to load."""
    yield from (int(n) for n in os.environ.get("BENCH_LOAD_SECTIONS", "5000").split(","))


def count_table() -> None:
    """Print the sections of the whole documents beside the counts made by hand."""
    import tomllib

    from corpus_loader.read_file import read_file

    folder = Path(os.environ.get("REGGI_TEST_STATUTES") or "/nonexistent")
    if not folder.is_dir():
        print("REGGI_TEST_STATUTES names no folder: no count table")
        return
    table = tomllib.loads((FIXTURES / "raw_counts.toml").read_text(encoding="utf-8"))
    for row in table["document"]:
        found = read_file((folder / "raw" / row["name"]).read_bytes(), row["name"])
        print(
            f"  {row['name']:<26} {found.format:<9} read {len(found.sections):>4}  by hand {row['sections']:>4}  {row['counted']}"
        )
    read = sum(len(read_file((folder / f"{p}.jsonl").read_bytes(), p).sections) for p in table["records"])
    print(
        f"  {len(table['records'])} files of records: read {read}, by hand {sum(table['records'].values())}"
    )


def main() -> None:
    """Print the figures."""
    count_table()
    for count in sizes():
        with tempfile.TemporaryDirectory() as folder:
            law, data = Path(folder) / "law", Path(folder) / "data"
            write_code(law, count)
            first = fresh("load", data, law)
            rates = fresh("rates", law)
            same = fresh("load", data, law)
            write_code(law, count, changed=0.01)
            later = fresh("load", data, law)
            bare, ours = rates["chunks"] / rates["bare"], rates["chunks"] / rates["ours"]
            print(
                f"{count:,} sections, {first['chunks']:,.0f} chunks: {first['sections'] / first['seconds']:,.0f} sections/s loaded whole "
                f"({first['seconds']:.1f} s, of which embedding {first['embed_seconds']:.1f} s)\n"
                f"  embedding in batches {ours:,.0f} chunks/s, bare embedder {bare:,.0f} chunks/s: {ours / bare:.0%}\n"
                f"  memory {first['before_mb']:.0f} MB before, peak {first['peak_mb']:.0f} MB\n"
                f"  again, nothing changed: {same['seconds']:.1f} s; with 1% changed: {later['seconds']:.1f} s "
                f"({later['changed']:.0f} changed, {later['chunks']:.0f} chunks embedded), peak {later['peak_mb']:.0f} MB"
            )


if __name__ == "__main__":
    kind, *arguments = sys.argv[1:]
    print(json.dumps(load(*map(Path, arguments)) if kind == "load" else embedding_rates(Path(arguments[0]))))
