"""The entries of distances on tables written here: what was planted, what is refused by name, what is summarised."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workflow_scripts import measure_distances, pair_groups, summarise_distances
from workflow_scripts.study import tables
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.schemas import TABLES

EMOTIONS = ["neutral", "calm", "happy", "angry"]
WORDS = {"str": "", "int": 0, "float": 0.0, "bool": False}
SETTINGS = {
    "poolings": ["mean"],
    "draws": 4,
    "half_samples": 20,
    "swaps": 64,
    "explaining": "",
    "on_bad_clips": "stop",
    "seed": 1,
}
FAR = {"neutral": 0.5, "calm": 1.0, "happy": 2.0, "angry": 4.0}


def dataset(
    folder: Path,
    name: str,
    speakers: int = 6,
    pool: str = "actors",
    moved: float = 0.0,
    clips: dict[str, int] | None = None,
    width: int = 8,
) -> pd.DataFrame:
    """Manifest and layer of a dataset; neutral has 4 clips a speaker, others 4 normal and 4 strong ones.

    `moved` times FAR of the emotion is how far its vectors lie from the other dataset's along the first axis.
    """
    rows = []
    for speaker in range(speakers):
        for emotion in EMOTIONS:
            for take in range((clips or {}).get(emotion, 4 if emotion == "neutral" else 8)):
                rows.append((f"{speaker + 1:02d}", emotion, take, "strong" if take >= 4 else "normal"))
    manifest = pd.DataFrame(rows, columns=["speaker", "emotion", "repetition", "intensity"])
    manifest["clip_id"] = name + "/" + manifest["speaker"] + manifest["emotion"] + manifest["repetition"].astype(str)
    manifest["audio_hash"], manifest["pool"] = "h-" + manifest["clip_id"], pool
    manifest["path"] = manifest["clip_id"] + ".wav"
    for column, (kind, _) in TABLES["manifest"].items():
        manifest[column] = manifest.get(column, WORDS[kind])
    rng = np.random.default_rng([len(name), len(manifest)])
    x = rng.standard_normal((len(manifest), width))
    x += np.random.default_rng(5).standard_normal((speakers, width))[manifest["speaker"].astype(int) - 1]
    x[:, 0] += moved * manifest["emotion"].map(FAR)
    tables.write(manifest, folder / name / "manifest.parquet", "manifest")
    write_layer(folder, name, manifest, x)
    return manifest


def write_layer(
    folder: Path, name: str, manifest: pd.DataFrame, x: np.ndarray, poolings: tuple[str, ...] = ("mean",)
) -> None:
    ids, hashes = manifest["clip_id"].tolist(), manifest["audio_hash"].tolist()
    vectors = {pooling: x.astype(np.float32) for pooling in poolings}
    tables.write_vectors(folder / name / "layer.parquet", ids, hashes, vectors)


def count(folder: Path, first: str, second: str, emotions: list[str]) -> pd.DataFrame:
    manifests = [folder / name / "manifest.parquet" for name in (first, second)]
    spec = {"first": first, "second": second, "emotions": emotions}
    given, made = SimpleNamespace(manifests=manifests), SimpleNamespace(groups=folder / "groups.parquet")
    pair_groups.main(SimpleNamespace(params=SimpleNamespace(spec=spec), input=given, output=made))
    return tables.read(folder / "groups.parquet")


class Output(dict[str, Any]):
    __getattr__ = dict.__getitem__


def measure(
    folder: Path, first: str, second: str, layer: str = "0", features: bool = False, **changes: Any
) -> dict[str, pd.DataFrame]:
    spec = {"first": first, "second": second, "model": "m", "layer": layer, **SETTINGS, **changes}
    given = SimpleNamespace(
        manifests=[folder / name / "manifest.parquet" for name in (first, second)],
        vectors=[folder / name / "layer.parquet" for name in (first, second)],
        frames=[],
        features=[folder / name / "features.parquet" for name in (first, second) if features],
        categories="resources/egemaps_categories.csv",
    )
    names = ("distances", "resamples", "carriers", "drivers")
    made = Output({name: folder / f"{first}_{second}_{layer}_{name}.parquet" for name in names})
    measure_distances.main(SimpleNamespace(params=SimpleNamespace(spec=spec), input=given, output=made))
    return {name: tables.read(path) for name, path in made.items()}


def same_emotion(table: pd.DataFrame, **wanted: Any) -> pd.Series:
    rows = table[
        (table["first_emotion"] == table["second_emotion"]) & (table["first_dataset"] != table["second_dataset"])
    ]
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows.set_index("first_emotion")["value"]


def test_planted_distances_are_found_in_their_order_by_every_measure(tmp_path: Path) -> None:
    dataset(tmp_path, "speech")
    dataset(tmp_path, "song", moved=1.0)
    found = measure(tmp_path, "speech", "song")
    for name in ("frechet", "kernel", "mean-term"):
        values = same_emotion(found["distances"], form="equal", clips_per_speaker=4, measure=name, condition="all")
        assert list(values.sort_values().index) == EMOTIONS
    terms = found["distances"].pivot_table(
        index=["form", "condition", "first_dataset", "first_emotion", "second_dataset", "second_emotion"],
        columns="measure", values="value",
    ).dropna(subset=["frechet-mean"])  # fmt: skip
    assert (terms["frechet-mean"] + terms["frechet-covariance"]).to_numpy() == pytest.approx(
        terms["frechet"].to_numpy()
    )
    strong = found["distances"].query("form == 'shared' and condition == 'all' and first_emotion == 'angry'")
    nulls = strong[(strong["second_emotion"] == "angry") & strong["measure"].isin(["frechet", "kernel", "mean-term"])]
    assert (nulls["p"] == nulls["p_smallest"]).all()
    shares = found["carriers"].groupby(["condition", "measure", "emotion"])["share"].sum()
    assert shares.to_numpy() == pytest.approx(1.0)


def test_every_pair_of_groups_has_a_cell(tmp_path: Path) -> None:
    dataset(tmp_path, "speech")
    dataset(tmp_path, "song")
    cells = measure(tmp_path, "speech", "song")["distances"]
    for form in ("published", "shared", "equal"):
        own = cells[(cells["form"] == form) & (cells["measure"] == "frechet") & (cells["condition"] == "all")]
        own = own[own["clips_per_speaker"].isin([0, 4])]
        assert len(own[["first_dataset", "first_emotion", "second_dataset", "second_emotion"]].drop_duplicates()) == 28
    normal = cells[cells["condition"] == "normal-intensity"]
    assert normal.loc[normal["form"] == "published", "n_first"].unique().tolist() == [24]


def test_a_speech_corpus_can_be_set_beside_one_of_other_speakers(tmp_path: Path) -> None:
    dataset(tmp_path, "ravdess", speakers=5)
    dataset(tmp_path, "emodb", speakers=4, pool="others", moved=1.0)
    found = measure(tmp_path, "ravdess", "emodb", swaps=199)
    across = found["distances"].query("first_dataset != second_dataset")
    assert not across.loc[across["form"] != "published", "paired"].any()
    assert (across.loc[across["form"] == "equal", "n_speakers"] == 9).all()
    assert set(across.loc[across["interval"] != "", "interval"]) == {"two-sample jackknife t over speakers"}
    left_out = found["resamples"].query("kind == 'jackknife'")
    assert set(left_out["dataset"]) == {"ravdess", "emodb"}
    swapped = across[across["n_swaps"] > 0]
    assert set(swapped["n_swaps"]) == {126}  # 9 over 4


@pytest.mark.parametrize(("emotion", "number"), [("calm", 1), ("neutral", 0)])
def test_an_emotion_with_too_few_clips_is_refused_by_name(tmp_path: Path, emotion: str, number: int) -> None:
    dataset(tmp_path, "speech")
    whole = dataset(tmp_path, "song")
    few = whole[
        (whole["emotion"] != emotion)
        | (whole["clip_id"].isin(whole.loc[whole["emotion"] == emotion, "clip_id"][:number]))
    ]
    tables.write(few, tmp_path / "song" / "manifest.parquet", "manifest")
    with pytest.raises(UserError, match=f"song has {number} clips? of {emotion} from {number} speakers?"):
        count(tmp_path, "speech", "song", EMOTIONS)
    others = [one for one in EMOTIONS if one != emotion]
    assert set(count(tmp_path, "speech", "song", others)["emotion"]) >= set(others)


def test_a_pair_without_common_emotions_is_refused(tmp_path: Path) -> None:
    dataset(tmp_path, "speech", clips={"neutral": 0, "calm": 0})
    dataset(tmp_path, "song", clips={"happy": 0, "angry": 0})
    with pytest.raises(UserError, match="emotions that both speech and song have: none"):
        count(tmp_path, "speech", "song", [])


def test_vectors_without_variance_are_refused_by_name(tmp_path: Path) -> None:
    dataset(tmp_path, "speech")
    manifest = dataset(tmp_path, "song")
    x = np.random.default_rng(0).standard_normal((len(manifest), 8))
    x[manifest["emotion"] == "happy"] = 1.0
    write_layer(tmp_path, "song", manifest, x)
    with pytest.raises(UserError, match="all 48 vectors of happy in song are equal"):
        measure(tmp_path, "speech", "song")
    write_layer(tmp_path, "song", manifest, np.where(x > 9, x, 0.0))
    with pytest.raises(UserError, match="are equal"):
        measure(tmp_path, "speech", "song")


def test_clips_without_a_vector_are_refused_by_name_or_set_aside(tmp_path: Path) -> None:
    dataset(tmp_path, "speech")
    manifest = dataset(tmp_path, "song", moved=1.0)
    x = np.random.default_rng(0).standard_normal((len(manifest), 8))
    x[3] = np.nan
    write_layer(tmp_path, "song", manifest, x)
    with pytest.raises(UserError, match=str(manifest["clip_id"][3])):
        measure(tmp_path, "speech", "song")
    found = measure(tmp_path, "speech", "song", on_bad_clips="set-aside")
    assert str(manifest["clip_id"][3]) not in set(found["carriers"]["clip_id"])
    assert len(found["carriers"]) > 0


def test_shifts_account_for_a_distance_though_clips_of_both_datasets_have_the_same_names(tmp_path: Path) -> None:
    names = pd.read_csv("resources/egemaps_categories.csv")["feature"]
    loud = [name for name in names if "loudness_sma3_amean" in name]
    for name, moved in (("speech", 0.0), ("song", 3.0)):
        manifest = dataset(tmp_path, name)
        manifest["clip_id"] = manifest["clip_id"].str.removeprefix(f"{name}/")
        rng = np.random.default_rng([len(name), 7])
        features = pd.DataFrame(rng.standard_normal((len(manifest), len(names))), columns=names)
        features[loud] += moved
        x = np.concatenate([features[loud].to_numpy(), 0.1 * rng.standard_normal((len(manifest), 7))], axis=1)
        features.insert(0, "clip_id", manifest["clip_id"])
        features.insert(1, "audio_hash", manifest["audio_hash"])
        tables.write(manifest, tmp_path / name / "manifest.parquet", "manifest")
        shuffled = features.sample(frac=1, random_state=1)
        tables.write(shuffled, tmp_path / name / "features.parquet", "acoustics")
        write_layer(tmp_path, name, manifest, x)
    found = measure(tmp_path, "speech", "song", features=True, explaining="eGeMAPSv02")["drivers"]
    energy = found[(found["features"] == "only") & (found["category"] == "Energy")]
    assert (energy["value"] > 0.8).all()
    assert found.loc[(found["features"] == "only") & (found["category"] == "Temporal"), "value"].abs().max() < 0.2


def summarise(
    folder: Path, layers: list[str], emotions: list[str], pair: tuple[str, str] = ("speech", "song")
) -> Output:
    names = list(summarise_distances.SCHEMAS)
    kinds = ("distances", "resamples", "carriers", "drivers")
    given = Output(
        {kind: [folder / f"{pair[0]}_{pair[1]}_{layer}_{kind}.parquet" for layer in layers] for kind in kinds},
        published="resources/published/paper1.csv",
    )
    made = Output({name: folder / f"{name}.parquet" for name in names}, csv=[folder / f"{name}.csv" for name in names])
    spec = {
        "pairs": [list(pair)],
        "emotions": {"_and_".join(pair): emotions},
        "domains": {"speech": "speech", "song": "song"},
        "models": {"m": {"family": "wavlm", "weights": "local", "layers": layers}},
        "seed": 1,
    }
    summarise_distances.main(SimpleNamespace(params=SimpleNamespace(spec=spec), input=given, output=made))
    return Output({name: tables.read(made[name]) for name in names})


def test_the_summary_ranks_what_was_planted_and_is_sure_of_it(tmp_path: Path) -> None:
    dataset(tmp_path, "speech")
    dataset(tmp_path, "song", moved=2.0)
    for layer in ("0", "1"):
        measure(tmp_path, "speech", "song", layer)
    found = summarise(tmp_path, ["0", "1"], EMOTIONS)
    rows = found.ranking.query("measure == 'kernel' and form == 'equal' and condition == 'all'")
    assert set(rows["layer"]) == {"0", "1", "mean"}
    assert set(rows["clips_per_speaker"]) == {4}
    mean = rows[rows["layer"] == "mean"].set_index("emotion")
    assert list(mean["rank"].sort_values().index) == EMOTIONS
    assert mean.loc["neutral", "p_nearest"] > 0.9
    assert mean.loc["angry", "p_farthest"] == 1.0
    assert mean["n_half_samples"].unique().tolist() == [20]
    ranks = found.ranks.query("measure == 'kernel' and layer == 'mean' and condition == 'all'")
    assert ranks.groupby("emotion")["probability"].sum().to_numpy() == pytest.approx(1.0)
    contrast = found.contrasts.query("measure == 'kernel' and layer == 'mean' and condition == 'all'")
    far = contrast[(contrast["emotion"] == "neutral") & (contrast["against"] == "angry")].iloc[0]
    assert far["difference"] < 0
    assert far["p"] == far["p_smallest"] == 2.0**-5
    papers = found.agreement.query("what == 'paper' and measure == 'kernel' and form == 'equal' and layer == 'mean'")
    assert (papers["n_emotions"] == 4).all()  # angry, happy, neutral and calm: all in the paper's figure
    assert papers["value"].iloc[0] < 0
    rows = found.ranking.query("form == 'equal' and measure == 'kernel'")
    assert ((rows["low"] <= rows["value"]) & (rows["value"] <= rows["high"])).all()


def test_the_tables_keep_the_order_of_the_config_whose_first_pooling_is_the_headline(tmp_path: Path) -> None:
    poolings = ["std", "mean"]
    for name in ("speech", "song"):
        manifest = dataset(tmp_path, name)
        x = np.random.default_rng(len(name)).standard_normal((len(manifest), 6))
        write_layer(tmp_path, name, manifest, x, ("mean", "std"))
    measure(tmp_path, "speech", "song", poolings=poolings)
    found = summarise(tmp_path, ["0"], EMOTIONS)
    for name in ("distances", "ranking", "ranks", "contrasts"):
        assert list(dict.fromkeys(found[name]["pooling"])) == poolings, name


def test_values_of_the_summary_are_those_of_the_layers_over_their_unit(tmp_path: Path) -> None:
    dataset(tmp_path, "speech")
    dataset(tmp_path, "song", moved=2.0)
    layer = measure(tmp_path, "speech", "song")["distances"]
    found = summarise(tmp_path, ["0"], EMOTIONS).ranking
    for name, form in (("frechet", "published"), ("frechet", "equal"), ("mean-term", "shared"), ("kernel", "equal")):
        chosen = {"measure": name, "form": form, "condition": "all", "clips_per_speaker": 4 if form == "equal" else 0}
        own = same_emotion(layer, **chosen) / (1.0 if name == "kernel" else layer["unit"].iloc[0])
        rows = found[(found["measure"] == name) & (found["form"] == form) & (found["condition"] == "all")]
        assert rows[rows["layer"] == "0"].set_index("emotion")["value"].to_dict() == pytest.approx(own.to_dict())


def test_a_further_emotion_changes_no_distance_that_was_measured(tmp_path: Path) -> None:
    """The emotions of the study are no setting of the measurement; the summary takes those that are asked for."""
    dataset(tmp_path, "speech")
    dataset(tmp_path, "song", moved=2.0)
    measure(tmp_path, "speech", "song")
    some = summarise(tmp_path, ["0"], EMOTIONS[1:]).ranking
    every = summarise(tmp_path, ["0"], EMOTIONS).ranking
    assert set(some["emotion"]) == set(EMOTIONS[1:])
    assert set(some.loc[some["form"] == "equal", "clips_per_speaker"]) == {
        4,
        8,
    }  # neutral no longer holds the others down
    one = some.query("form == 'published' and emotion == 'happy' and layer == '0' and measure == 'frechet'")
    other = every.query("form == 'published' and emotion == 'happy' and layer == '0' and measure == 'frechet'")
    assert one["value"].tolist() == other["value"].tolist()


def test_an_emotion_that_lost_its_clips_is_refused_in_the_summary(tmp_path: Path) -> None:
    dataset(tmp_path, "speech")
    manifest = dataset(tmp_path, "song")
    x = np.random.default_rng(0).standard_normal((len(manifest), 8))
    x[manifest["emotion"] == "calm"] = np.nan
    write_layer(tmp_path, "song", manifest, x)
    measure(tmp_path, "speech", "song", on_bad_clips="set-aside")
    with pytest.raises(UserError, match="no distance of calm"):
        summarise(tmp_path, ["0"], EMOTIONS)
