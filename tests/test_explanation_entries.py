"""The entries of the explanation on tables written here: what they write, refuse by name and gather."""

import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workflow_scripts import explain, explained_groups, summarise_explanation
from workflow_scripts.study import tables
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.schemas import TABLES

KNOWN = pd.read_csv("resources/egemaps_categories.csv")
FEATURES = KNOWN.groupby("category")["feature"].head(3).tolist()
WORDS = {"str": "", "int": 0, "float": 0.0, "bool": False}
WIDTH, TELLING = 12, 3
SPEC: dict[str, Any] = {
    "dataset": "speech", "model": "net", "layer": "1", "emotion": "angry", "against": "neutral", "others": ["neutral"],
    "pooling": "mean", "speaker_normalisation": "none", "C": [0.01, 0.1], "inner_folds": 2, "k": [3, 6],
    "curve": [3, 6, 9], "published": True, "random_draws": 100, "half_samples": 25, "permutations": 99, "folds": 4,
    "pool": {}, "features": "eGeMAPSv02", "on_bad_clips": "stop", "seed": 1,
}  # fmt: skip


def material(folder: Path, speakers: int = 8, emotions: tuple[str, ...] = ("angry", "neutral", "sad")) -> pd.DataFrame:
    """Manifest, layer and features: of anger the first TELLING dimensions, which the first feature follows."""
    rows = [
        (f"{speaker + 1:02d}", emotion, take, "strong" if take >= 4 else "normal")
        for speaker in range(speakers)
        for emotion in emotions
        for take in range(4 if emotion == "neutral" else 6)
    ]
    manifest = pd.DataFrame(rows, columns=["speaker", "emotion", "repetition", "intensity"])
    manifest["clip_id"] = manifest["speaker"] + manifest["emotion"] + manifest["repetition"].astype(str)
    manifest["audio_hash"], manifest["pool"] = "h-" + manifest["clip_id"], "actors"
    manifest["path"] = manifest["clip_id"] + ".wav"
    manifest["sex"] = np.where(manifest["speaker"].astype(int) % 2 == 0, "female", "male")
    for column, (kind, _) in TABLES["manifest"].items():
        manifest[column] = manifest.get(column, WORDS[kind])
    noise = {clip: np.random.default_rng(zlib.crc32(clip.encode())) for clip in manifest["clip_id"]}
    x = np.array([noise[clip].standard_normal(WIDTH) for clip in manifest["clip_id"]])
    x[:, :TELLING] += 1.5 * (manifest["emotion"] == "angry").to_numpy()[:, None]
    y = np.array([noise[clip].standard_normal(len(FEATURES)) for clip in manifest["clip_id"]])
    y[:, 0] += 2 * x[:, :TELLING].sum(axis=1)
    folder.mkdir(parents=True, exist_ok=True)
    tables.write(manifest, folder / "manifest.parquet", "manifest")
    write_vectors(folder, manifest, x)
    features = manifest[["clip_id", "audio_hash"]].join(pd.DataFrame(y, columns=FEATURES))
    tables.write(features, folder / "features.parquet", "acoustics")
    return manifest


def write_vectors(folder: Path, manifest: pd.DataFrame, x: np.ndarray) -> None:
    ids = (manifest["clip_id"].tolist(), manifest["audio_hash"].tolist())
    tables.write_vectors(folder / "layer.parquet", *ids, {"mean": x.astype(np.float32)})


class Files(dict[str, Any]):
    """Paths by name, as Snakemake gives them."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


def explained(folder: Path, vectors: str = "layer", **changes: Any) -> dict[str, pd.DataFrame]:
    """The tables that the job writes."""
    names = [*explain.KINDS, "shap"]
    output = Files({name: str(folder / "out" / f"{name}.parquet") for name in names})
    given = {"manifest": "manifest", "vectors": vectors, "features": "features"}
    inputs = Files({name: str(folder / f"{file}.parquet") for name, file in given.items()})
    inputs["categories"] = "resources/egemaps_categories.csv"
    explain.main(SimpleNamespace(input=inputs, output=output, params=SimpleNamespace(spec={**SPEC, **changes})))
    return {name: tables.read(output[name]) for name in names}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("explained")
    material(folder)
    return explained(folder)


def test_what_was_planted_is_found(made: dict[str, pd.DataFrame]) -> None:
    scores = made["scores"]
    score = scores[(scores["metric"] == "UAR") & (scores["condition"] == "all") & (scores["protocol"] == "strict")]
    score = score.set_index("side")
    assert score.loc["top", "p"] < 0.05
    assert score.loc["top", "value"] > score.loc["random", "value"] > score.loc["bottom", "value"]
    importance = made["importance"]
    over_all = importance[(importance["fold"] == -1) & (importance["protocol"] == "strict")].set_index("rank")
    assert set(over_all.loc[range(1, TELLING + 1), "dimension"]) == set(range(TELLING))
    gains = made["gains"]
    gains = gains[(gains["condition"] == "all") & (gains["protocol"] == "strict")].set_index(["form", "feature"])
    for form in ("plain", "within-emotion"):
        assert gains.loc[form, "gain"].idxmax() == FEATURES[0]
    categories = made["categories"]
    first = categories[(categories["what"] == "gain") & (categories["form"] == "within-emotion")]
    first = first[(first["aggregate"] == "mean") & (first["condition"] == "all")].set_index("category")
    assert first["value"].idxmax() == KNOWN.set_index("feature").loc[FEATURES[0], "category"]


def test_every_form_and_condition_has_its_tables(made: dict[str, pd.DataFrame]) -> None:
    for name in explain.KINDS:
        assert [*made[name].columns] == [*TABLES[f"explanation_{name}"]]
    found = set(made["scores"][["protocol", "condition"]].itertuples(index=False, name=None))
    assert found == {("strict", "all"), ("strict", "normal-intensity"), ("paper2", "all")}
    assert set(made["curve"]["k"]) >= {3, 6, 9}
    assert set(made["stability"]["k"]) == {3, 6}
    normal = made["gains"][made["gains"]["condition"] == "normal-intensity"]
    assert set(normal["n_clips"]) == {8 * (4 + 4)}


def test_shap_values_are_of_held_out_clips_and_sum_to_the_decision(made: dict[str, pd.DataFrame]) -> None:
    shap = made["shap"]
    assert len(shap) == 8 * (4 + 6)
    values = shap[[f"dim_{place}" for place in range(WIDTH)]].sum(axis=1)
    np.testing.assert_allclose(values, shap["decision"] - shap["expected"], atol=1e-6)
    assert shap.groupby("speaker")["fold"].nunique().eq(1).all()
    assert shap["fold"].nunique() == 4


def test_acoustic_features_are_explained_by_their_names(tmp_path: Path) -> None:
    material(tmp_path)
    made = explained(tmp_path, "features", model="eGeMAPSv02", layer="functionals", pooling="functionals")
    importance = made["importance"]
    assert set(importance["feature"]) == set(FEATURES)
    over_all = importance[(importance["fold"] == -1) & (importance["protocol"] == "strict")]
    assert over_all.loc[over_all["rank"] == 1, "feature"].item() == FEATURES[0]
    shap = made["categories"][made["categories"]["what"] == "shap"]
    assert set(shap["protocol"]) == {"strict", "paper2"}
    assert set(FEATURES) <= set(made["shap"].columns)


def test_another_emotion_in_the_corpus_changes_nothing_strict(tmp_path: Path) -> None:
    material(tmp_path / "three")
    material(tmp_path / "two", emotions=("angry", "neutral"))
    three, two = (explained(tmp_path / name, published=False) for name in ("three", "two"))
    pd.testing.assert_frame_equal(three["scores"], two["scores"])
    pd.testing.assert_frame_equal(three["shap"], two["shap"])


def test_what_reveals_the_label_in_the_clips_of_one_fold_only_is_not_used(tmp_path: Path) -> None:
    manifest = material(tmp_path)
    x = tables.read_vectors(tmp_path / "layer.parquet", "mean")[2].astype(np.float64)
    told = (manifest["speaker"].isin(["01", "03"])) & (manifest["emotion"] == "angry")
    before = explained(tmp_path, published=False)["shap"].set_index("clip_id")
    fold = before.loc[before["speaker"] == "01", "fold"].iloc[0]
    of_fold = before.index[before["fold"] == fold]
    held_out = told & manifest["clip_id"].isin(of_fold)
    assert held_out.any()
    x[:, -1] += 50.0 * held_out
    write_vectors(tmp_path, manifest, x)
    after = explained(tmp_path, published=False)["importance"]
    own = after[(after["fold"] == fold)].set_index("dimension")
    assert own.loc[WIDTH - 1, "rank"] > TELLING  # the fold that tests these clips has not seen them


def test_a_clip_without_a_vector_is_refused_or_set_aside(tmp_path: Path) -> None:
    manifest = material(tmp_path)
    x = tables.read_vectors(tmp_path / "layer.parquet", "mean")[2].copy()
    x[manifest.index[manifest["emotion"] == "angry"][0]] = np.nan
    write_vectors(tmp_path, manifest, x)
    with pytest.raises(UserError, match="01angry0"):
        explained(tmp_path)
    made = explained(tmp_path, on_bad_clips="set-aside", published=False)
    assert len(made["shap"]) == 8 * (4 + 6) - 1


def test_too_few_speakers_are_refused_with_their_number(tmp_path: Path) -> None:
    material(tmp_path, speakers=2)
    with pytest.raises(UserError, match=r"angry cannot be explained: 2 speakers \(01, 02\); at least 3 are needed"):
        explained(tmp_path)
    output = Files(groups=str(tmp_path / "groups.parquet"))
    spec = {"dataset": "speech", "emotions": ["angry", "sad"], "against": ["neutral"], "folds": 4, "pool": {}}
    given = Files(manifest=str(tmp_path / "manifest.parquet"))
    with pytest.raises(UserError, match="(?s)angry: 2 speakers.*sad: 2 speakers"):
        explained_groups.main(SimpleNamespace(input=given, output=output, params=SimpleNamespace(spec=spec)))
    assert not Path(output["groups"]).exists()


def test_speakers_without_the_emotion_are_named(tmp_path: Path) -> None:
    manifest = material(tmp_path)
    left = manifest[(manifest["speaker"] != "03") | (manifest["emotion"] != "angry")].reset_index(drop=True)
    for name in ("layer", "features"):
        table = tables.read(tmp_path / f"{name}.parquet").set_index("clip_id").loc[left["clip_id"]].reset_index()
        if name == "layer":
            write_vectors(tmp_path, left, np.stack(table["mean"].to_list()))
        else:
            tables.write(table, tmp_path / "features.parquet", "acoustics")
    tables.write(left, tmp_path / "manifest.parquet", "manifest")
    scores = explained(tmp_path, published=False)["scores"]
    whole = scores[(scores["condition"] == "all") & (scores["side"] == "top")]
    assert whole["note"].str.contains("1 of 8 speakers have clips of one side only: 03").all()


def test_a_form_that_cannot_be_had_leaves_a_note_and_the_others(tmp_path: Path, monkeypatch: Any) -> None:
    material(tmp_path)

    def refuse(*given: Any) -> Any:
        raise UserError("a training part has clips of one side only")

    monkeypatch.setattr(explain, "explain_as_published", refuse)
    scores = explained(tmp_path)["scores"]
    published = scores[scores["protocol"] == "paper2"]
    assert published["note"].tolist() == ["a training part has clips of one side only"]
    assert scores.loc[scores["protocol"] == "strict", "value"].notna().any()


def test_groups_are_counted_by_speaker(tmp_path: Path) -> None:
    material(tmp_path)
    output = Files(groups=str(tmp_path / "groups.parquet"))
    spec = {"dataset": "speech", "emotions": ["angry", "sad"], "against": ["neutral"], "folds": 4, "pool": {}}
    given = Files(manifest=str(tmp_path / "manifest.parquet"))
    explained_groups.main(SimpleNamespace(input=given, output=output, params=SimpleNamespace(spec=spec)))
    found = tables.read(output["groups"])
    assert len(found) == 2 * 2 * 8
    whole = found[found["condition"] == "all"]
    assert set(whole["n_positive"]) == {6}
    assert set(whole["n_against"]) == {4}


def test_the_study_gathers_the_tables_of_its_jobs(tmp_path: Path) -> None:
    inputs: dict[str, list[str]] = {kind: [] for kind in summarise_explanation.KINDS}
    for emotion in ("angry", "sad"):
        material(tmp_path / emotion)
        explained(tmp_path / emotion, emotion=emotion, published=emotion == "angry")
        for kind in inputs:
            inputs[kind].append(str(tmp_path / emotion / "out" / f"{kind}.parquet"))
    kinds = [*summarise_explanation.KINDS, "papers"]
    output = Files({kind: str(tmp_path / f"{kind}.parquet") for kind in kinds})
    output["csv"] = [str(tmp_path / f"{kind}.csv") for kind in kinds]
    facts = {"speech": {"corpus": "table", "synthetic": False, "domain": "speech"}}
    smk = SimpleNamespace(
        input=Files({**inputs, "published": "resources/published/paper2.csv"}), output=output,
        params=SimpleNamespace(spec={"datasets": facts, "against": "neutral"}),
    )  # fmt: skip
    summarise_explanation.main(smk)
    scores = tables.read(output["scores"])
    assert set(scores["emotion"]) == {"angry", "sad"}
    assert set(scores.loc[scores["protocol"] == "paper2", "emotion"]) == {"angry"}
    assert set(tables.read(output["importance"])["fold"]) == {-1}
    assert len(tables.read(output["papers"])) > 0
    assert all(Path(path).stat().st_size > 0 for path in output["csv"])
    smk.params.spec["against"] = "rest"
    with pytest.raises(UserError, match="tells the emotion from neutral, the config asks for rest"):
        summarise_explanation.main(smk)
