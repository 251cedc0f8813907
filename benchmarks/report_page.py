"""Size of the report of the full paper study's shape, and how soon a browser can use it; numbers are random.

8 networks of 25 layers, 6 emotions, speech and song: the tables of a finished default study are widened to that (rows
of its first network and layer for every other one, their numbers moved at random), all figures are drawn from them,
the page is made and opened in Chromium without a network. Needs `make study` first, and chromium with its driver.

    python benchmarks/report_page.py                    # some minutes
    python benchmarks/report_page.py --keep wide.html   # keeps the page
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

NETWORKS = [f"network-{letter}" for letter in "abcdefgh"]
LAYERS = [str(layer) for layer in range(25)]
BEST = "9"  # layer of every curve
TOLD = ["calm", "happy", "sad", "angry", "fearful"]
MOST_BYTES, MOST_SECONDS = 15e6, 2.0
NUMBERS = {"value", "low", "high", "band_low", "band_high", "gain", "difference", "strict", "published"}


def widened(table: pd.DataFrame, network: str, rng: np.random.Generator) -> pd.DataFrame:
    """Rows of `network` and its first layer for all NETWORKS and LAYERS, of one told emotion for all TOLD."""
    if "model" not in table or table.empty:
        return table
    if "against" in table and set(table.get("emotion", ())) == {"angry"}:
        table = pd.concat([_moved(table.assign(emotion=word), rng) for word in TOLD], ignore_index=True)
    acoustic = table[~table["model"].str.startswith("tiny-")]
    own = table[table["model"] == network]
    if "layer" in own and len(own):
        # a headline has a layer that was chosen, and stays one row
        chosen = own["choice"] != "each layer" if "choice" in own else own["layer"] == "mean"
        first = ~chosen & (own["layer"] == "0")
        own = pd.concat([own[chosen], *(_layer(own[first], at, rng) for at in LAYERS)])
    copies = [_moved(own.assign(model=name), rng) for name in NETWORKS]
    return pd.concat([*copies, acoustic], ignore_index=True)


def _layer(rows: pd.DataFrame, layer: str, rng: np.random.Generator) -> pd.DataFrame:
    placed: dict[str, Any] = {"position": int(layer)} if "position" in rows else {}
    if "among_best" in rows:
        placed |= {"best": layer == BEST, "among_best": abs(int(layer) - int(BEST)) < 3}
    return _moved(rows.assign(layer=layer, **placed), rng)


def _moved(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    numbers = [name for name in rows if name in NUMBERS]
    shift = rng.normal(0.0, 0.03, len(rows))
    return rows.assign(**{name: rows[name] + shift for name in numbers})


def widen(results: Path, folder: Path) -> dict[str, Any]:
    """A copy of the results with wide tables; the spec of the report for it."""
    shutil.copytree(results, folder / "results")
    rng = np.random.default_rng(1)
    for path in sorted((folder / "results").glob("*/*.parquet")):
        read = pq.read_table(path)
        wide = widened(read.to_pandas(), "tiny-wavlm", rng)
        pq.write_table(
            pa.Table.from_pandas(wide, preserve_index=False).replace_schema_metadata(read.schema.metadata), path
        )
    record = json.loads((folder / "results/provenance/report.html.json").read_text())
    return _wide_spec(record["spec"])


def _wide_spec(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with the wide models in place of its networks."""
    if isinstance(spec.get("models"), Mapping):
        tiny = next(facts for name, facts in spec["models"].items() if name.startswith("tiny-"))
        wide = {name: {**tiny, "layers": LAYERS} for name in NETWORKS}
        spec["models"] = {**wide, **{k: v for k, v in spec["models"].items() if not k.startswith("tiny-")}}
    return spec


class Files(SimpleNamespace):
    """Input or output as an entry reads it: by name, or by place."""

    def __getitem__(self, name: Any) -> Any:
        return list(vars(self).values())[name] if isinstance(name, int) else getattr(self, name)


def run(entry: str, spec: Mapping[str, Any], inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> None:
    """One job of the study, in this process."""
    job = SimpleNamespace(params=SimpleNamespace(spec=spec), input=Files(**inputs), output=Files(**outputs))
    import_module(f"workflow_scripts.{entry}").main(job)


def jobs(records: Path) -> Iterator[dict[str, Any]]:
    """Records of the jobs that drew figures."""
    for path in sorted(records.rglob("*.json")):
        record = json.loads(path.read_text())
        if record["rule"].startswith("figures_"):
            yield record


def draw_again(project: Path) -> None:
    """All figures of the study from the tables that are there now."""
    for record in jobs(Path("results/provenance/figures")):
        outputs, spec = list(record["outputs"]), _wide_spec(record["spec"])
        inputs: dict[str, Any] = {Path(path).stem: path for path in record["inputs"]}
        inputs["shap"] = [path for path in record["inputs"] if "/shap" in path]
        inputs["features"] = next((path for path in record["inputs"] if path.startswith("results/acoustics")), "")
        inputs["published"] = [str(project / path) for path in record["inputs"] if path.startswith("resources/")]
        named: dict[str, Any] = {Path(path).stem: path for path in outputs if path.endswith(".svg")}
        several = len(named) > 1
        for kind in ("svg", "png", "pdf", "csv"):
            found = [path for path in outputs if path.endswith(kind)]
            named[kind] = found if several and kind != "pdf" else next(iter(found), "")
        print(record["rule"], *record["wildcards"].values(), flush=True)
        if record["rule"] != "figures_atlas":
            run(record["rule"], spec, inputs, named)
            continue
        for model in NETWORKS:
            of = {kind: f"results/figures/atlas/{model}.{kind}" for kind in ("svg", "png", "pdf", "csv")}
            run(record["rule"], {**spec, "model": model, "facts": {**spec["facts"], "layers": LAYERS}}, inputs, of)


def report(project: Path, spec: Mapping[str, Any], page: Path) -> None:
    """The page of the wide results."""
    paths = list(json.loads(Path("results/provenance/report.html.json").read_text())["inputs"])

    def of(folder: str, name: str = "") -> list[str]:
        return [
            path for path in paths if path.startswith(f"results/{folder}") and name in path and path.endswith("parquet")
        ]

    inputs: dict[str, Any] = {
        "manifests": [f"results/corpora/{name}/manifest.parquet" for name in spec["datasets"]],
        "set_aside": [path for path in paths if "set_aside" in path],
        "folds": [path for path in paths if "/folds_" in path],
        "audit": "results/corpora/audit.parquet",
        "tables": [path for path in of("probing/") if path.count("/") == 2],
        "distances": of("distances/"),
        "explanation": of("explanation/"),
        "transfer": of("transfer/"),
        "printed": [str(project / "resources/published/paper1.csv")],
        "figures": sorted(map(str, [*Path("results/figures").rglob("*.svg"), *Path("results/figures").rglob("*.csv")])),
        "origins": [],
        "findings": "results/findings.parquet",
        "clips": of("clips/"),
    }
    said = json.loads(Path("results/provenance/findings.parquet.json").read_text())["spec"]
    run("findings", _wide_spec(said), inputs, {"table": "results/findings.parquet", "csv": "results/findings.csv"})
    run("report", spec, inputs, {"page": str(page)})


def seconds_to_use(page: Path) -> tuple[float, float]:
    """Seconds from opening, without a network, in a browser just started: until the page is there and its choice can be
    changed; until the figures near the window are drawn."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    options.page_load_strategy = "none"
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(f"--{flag}")
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    browser.set_window_size(1280, 900)
    try:
        start = time.perf_counter()
        browser.get(page.resolve().as_uri())
        found = []
        for state in ("ready", "figures"):
            while not browser.execute_script(f"return document.documentElement.classList.contains('{state}')"):
                time.sleep(0.01)
            found.append(time.perf_counter() - start)
        return found[0], found[1]
    finally:
        browser.quit()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--keep", type=Path, help="where to keep the page")
    options = parser.parse_args()
    project, results, keep = Path.cwd(), options.results.resolve(), options.keep and options.keep.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = widen(results, folder)
        os.chdir(folder)
        draw_again(project)
        page = folder / "results/report.html"
        report(project, spec, page)
        size, times = page.stat().st_size, sorted(seconds_to_use(page) for _ in range(3))
        usable, drawn = times[1]
        if keep:
            shutil.copy(page, keep)
        os.chdir(project)
    print(f"page: {size / 1e6:.1f} MB, limit {MOST_BYTES / 1e6:.0f}")
    print(f"usable after {usable:.1f} s, limit {MOST_SECONDS:.0f}; figures after {drawn:.1f} s")
    return int(size > MOST_BYTES or usable > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
