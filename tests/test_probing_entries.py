"""The entries probe and cross_probe on tables written here: what was planted is found, what was not is not."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from workflow_scripts import cross_probe, probe
from workflow_scripts.probing.predictions import edges_in_words
from workflow_scripts.study import tables
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summarise_layers import without_vectors

EMOTIONS = ["neutral", "happy", "sad", "angry"]
SETTINGS = {
    "probes": ["logistic"],
    "poolings": ["mean"],
    "speaker_normalisation": ["none"],
    "C": [0.001, 0.01, 0.1],
    "inner_folds": 3,
    "null_runs": 0,
    "permutations": 99,
    "on_bad_clips": "stop",
    "emotions": EMOTIONS,
    "seed": 1,
}
WORDS = {"str": "", "int": 0, "float": 0.0, "bool": False}


def dataset(folder, name, strength=1.0, speakers=6, pool="actors", domain="speech", seed=0):
    """Manifest, folds and layer of a dataset of `speakers` x 4 emotions x 6 clips under folder/name."""
    clips = [(f"{k + 1:02d}", emotion, take) for k in range(speakers) for emotion in EMOTIONS for take in range(6)]
    manifest = pd.DataFrame(clips, columns=["speaker", "emotion", "repetition"])
    manifest["clip_id"] = name + "/" + manifest["speaker"] + manifest["emotion"] + manifest["repetition"].astype(str)
    manifest["audio_hash"] = "h-" + manifest["clip_id"]
    manifest["pool"], manifest["corpus"], manifest["domain"] = pool, name, domain
    for column, (kind, _) in TABLES["manifest"].items():
        manifest[column] = manifest.get(column, WORDS[kind])
    rng = np.random.default_rng(seed)
    means = np.random.default_rng(99).standard_normal((4, 10))  # the same emotions in every dataset
    x = rng.standard_normal((len(manifest), 10)) + strength * means[manifest["emotion"].map(EMOTIONS.index)]
    x += rng.standard_normal((speakers, 10))[manifest["speaker"].astype(int) - 1]
    fold = (manifest["speaker"].astype(int) - 1) % 3
    strict = pd.DataFrame({"clip_id": manifest["clip_id"], "repeat": 0, "fold": fold})
    draws = [np.where(rng.permutation(len(manifest)) < len(manifest) // 5, 0, -1) for _ in range(2)]
    paper1 = pd.concat([strict.assign(repeat=k, fold=draw) for k, draw in enumerate(draws)])
    tables.write(manifest, folder / name / "manifest.parquet", "manifest")
    tables.write(strict, folder / name / "strict.parquet", "folds")
    tables.write(paper1, folder / name / "paper1.parquet", "folds")
    order = rng.permutation(len(manifest))
    vectors = {"mean": x[order].astype(np.float32), "sd": -x[order].astype(np.float32)}
    ids, hashes = (manifest[column].iloc[order].tolist() for column in ("clip_id", "audio_hash"))
    tables.write_vectors(folder / name / "layer.parquet", ids, hashes, vectors)
    return manifest


def outputs(folder):
    names = ("predictions", "choices", "scores")
    return SimpleNamespace(**{name: folder / f"{name}.parquet" for name in names})


def run_probe(folder, name, protocols=("strict",), vectors="layer.parquet", **changes):
    spec = {"dataset": name, "model": "m", "layer": "0", "protocols": list(protocols), **SETTINGS, **changes}
    given = SimpleNamespace(
        manifest=folder / name / "manifest.parquet",
        folds=[folder / name / f"{protocol}.parquet" for protocol in protocols],
        vectors=folder / name / vectors,
    )
    probe.main(SimpleNamespace(params=SimpleNamespace(spec=spec), input=given, output=outputs(folder)))
    return tables.read(folder / "predictions.parquet"), tables.read(folder / "choices.parquet")


def run_cross(folder, source, target, protocols=("strict",), **changes):
    spec = {"source": source, "target": target, "model": "m", "layer": "0", "protocols": list(protocols)}
    given = SimpleNamespace(manifests=[folder / name / "manifest.parquet" for name in (source, target)])
    for side, name in (("source", source), ("target", target)):
        setattr(given, f"{side}_folds", [folder / name / f"{protocol}.parquet" for protocol in protocols])
        setattr(given, f"{side}_vectors", folder / name / "layer.parquet")
    spec |= {**SETTINGS, **changes}
    cross_probe.main(SimpleNamespace(params=SimpleNamespace(spec=spec), input=given, output=outputs(folder)))
    return tables.read(folder / "predictions.parquet"), tables.read(folder / "choices.parquet")


def accuracy(rows):
    return (rows["true"] == rows["predicted"]).mean()


def test_planted_emotion_is_found_and_null_runs_are_at_chance(tmp_path):
    manifest = dataset(tmp_path, "speech")
    predictions, choices = run_probe(tmp_path, "speech", null_runs=6)
    real = predictions[predictions["null_run"] == 0]
    assert sorted(real["clip_id"]) == sorted(manifest["clip_id"])
    assert (
        real.set_index("clip_id")["true"].sort_index() == manifest.set_index("clip_id")["emotion"].sort_index()
    ).all()
    assert accuracy(real) > 0.6
    null = predictions[predictions["null_run"] > 0]
    assert null["null_run"].nunique() == 6
    by_speaker = null.groupby(["null_run", "speaker", "true"]).size()
    assert (by_speaker == 6).all()  # shuffled within speaker: every speaker keeps 6 clips per emotion
    # 30 other sets gave six null runs a mean accuracy of 0.254 with a standard deviation of 0.011
    assert abs(accuracy(null) - 0.25) < 0.06
    assert set(choices["null_run"]) == set(range(7))
    shares = real[[f"p_{emotion}" for emotion in EMOTIONS]]
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert (shares.to_numpy().argmax(1) == real["predicted"].map(EMOTIONS.index)).all()


def test_nothing_planted_nothing_found(tmp_path):
    found = []
    for seed in range(5):
        dataset(tmp_path, "speech", strength=0.0, seed=seed)
        found.append(accuracy(run_probe(tmp_path, "speech")[0]))
    # 60 other sets gave 0.251 with a standard deviation of 0.034
    assert abs(np.mean(found) - 0.25) < 4 * 0.034 / np.sqrt(5)


def test_every_combination_is_there_once(tmp_path):
    manifest = dataset(tmp_path, "speech")
    predictions, choices = run_probe(
        tmp_path,
        "speech",
        ["strict", "paper1"],
        probes=["logistic", "linear-head"],
        poolings=["mean", "sd"],
        speaker_normalisation=["none", "training-only", "per-speaker"],
        null_runs=1,
    )
    keys = ["protocol", "repeat", "probe", "pooling", "speaker_normalisation", "null_run"]
    sizes = predictions.groupby(keys).size()
    tested = 2 * (len(manifest) // 5)
    per_protocol = sizes.groupby("protocol").sum()
    assert per_protocol["strict"] == len(manifest) * (2 * 2 * 3 + 1)
    assert per_protocol["paper1"] == tested * 2 * 2 * 3
    assert not predictions.duplicated([*keys, "clip_id"]).any()
    assert set(choices["probe"]) == {"logistic"}
    assert len(choices) == 3 * (2 * 3 + 1) + 2 * 2 * 3
    in_training = predictions.groupby("protocol")["speaker_in_training"].agg(["min", "max"])
    assert not in_training.loc["strict"].any()
    assert in_training.loc["paper1"].all()


def test_runs_repeat_and_null_labels_do_not_depend_on_the_layer(tmp_path):
    dataset(tmp_path, "speech")
    first, _ = run_probe(tmp_path, "speech", null_runs=2)
    again, _ = run_probe(tmp_path, "speech", null_runs=2)
    pd.testing.assert_frame_equal(first, again)
    other, _ = run_probe(tmp_path, "speech", null_runs=2, layer="1", poolings=["sd"])
    columns = ["clip_id", "null_run", "true"]
    pd.testing.assert_frame_equal(first[columns], other[columns])


def test_fewer_emotions_and_acoustics(tmp_path):
    manifest = dataset(tmp_path, "speech")
    ids, hashes, x = tables.read_vectors(tmp_path / "speech" / "layer.parquet", "mean")
    features = pd.DataFrame(x, columns=[f"feature {k}" for k in range(10)])
    features.insert(0, "clip_id", ids)
    features.insert(1, "audio_hash", hashes)
    tables.write(features, tmp_path / "speech" / "acoustics.parquet", "acoustics")
    folds = tables.read(tmp_path / "speech" / "strict.parquet")
    wanted = manifest.loc[manifest["emotion"].isin(["sad", "angry", "happy"]), "clip_id"]
    tables.write(folds[folds["clip_id"].isin(wanted)], tmp_path / "speech" / "strict.parquet", "folds")
    given = {"poolings": ["functionals"], "emotions": ["sad", "angry", "happy"], "vectors": "acoustics.parquet"}
    predictions, _ = run_probe(tmp_path, "speech", **given)
    assert sorted(predictions["clip_id"]) == sorted(wanted)
    assert [column for column in predictions if column.startswith("p_")] == ["p_sad", "p_angry", "p_happy"]
    assert set(predictions["pooling"]) == {"functionals"}


def test_cross_probe_holds_out_the_same_actors(tmp_path):
    dataset(tmp_path, "speech")
    song = dataset(tmp_path, "song", speakers=5, domain="song", seed=4)  # one actor does not sing
    predictions, choices = run_cross(
        tmp_path, "speech", "song", ["strict", "paper1"], speaker_normalisation=["none", "training-only", "per-speaker"]
    )
    strict = predictions[predictions["protocol"] == "strict"]
    for how, rows in strict.groupby("speaker_normalisation"):
        assert sorted(rows["clip_id"]) == sorted(song["clip_id"])
        assert accuracy(rows) > 0.5, how
    assert not strict["speaker_in_training"].any()
    assert predictions.loc[predictions["protocol"] == "paper1", "speaker_in_training"].all()
    assert len(choices) == 3 * (3 + 2)


def test_cross_probe_between_strangers_uses_every_clip(tmp_path):
    dataset(tmp_path, "speech")
    dataset(tmp_path, "other", pool="strangers", seed=4)  # the same speaker names, other people
    predictions, choices = run_cross(tmp_path, "speech", "other")
    assert (predictions["fold"] == 0).all()
    assert len(predictions) == 144
    assert len(choices) == 1
    assert not predictions["speaker_in_training"].any()


def test_cross_probe_takes_the_common_emotions(tmp_path):
    dataset(tmp_path, "speech")
    dataset(tmp_path, "song", seed=4)
    predictions, _ = run_cross(tmp_path, "speech", "song", emotions=["happy", "sad"])
    assert set(predictions["true"]) == {"happy", "sad"}
    assert len(predictions) == 72


def test_cross_probe_refuses_vectors_of_two_lengths(tmp_path):
    dataset(tmp_path, "speech")
    dataset(tmp_path, "song", seed=4)
    path = tmp_path / "song" / "layer.parquet"
    ids, hashes, x = tables.read_vectors(path, "mean")
    tables.write_vectors(path, ids, hashes, {"mean": x[:, :7]})
    with pytest.raises(UserError, match="vectors of 10 and of 7 numbers do not fit") as caught:
        run_cross(tmp_path, "speech", "song")
    assert str(path) in str(caught.value)


FAULTS = {
    "missing": (lambda ids, hashes, x: (ids[1:], hashes[1:], x[1:]), "1 clips have no vector"),
    "extra": (
        lambda ids, hashes, x: ([*ids, "new"], [*hashes, "h"], np.vstack([x, x[:1]])),
        "not in the manifest: new",
    ),
    "twice": (lambda ids, hashes, x: ([*ids, ids[0]], [*hashes, hashes[0]], np.vstack([x, x[:1]])), "several vectors"),
    "stale": (lambda ids, hashes, x: (ids, ["old", *hashes[1:]], x), "were replaced"),
    "undefined": (lambda ids, hashes, x: (ids, hashes, np.vstack([x[:1] * np.nan, x[1:]])), "no defined vector"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_rows_that_do_not_fit_the_manifest_are_named(tmp_path, fault):
    dataset(tmp_path, "speech")
    path = tmp_path / "speech" / "layer.parquet"
    ids, hashes, x = tables.read_vectors(path, "mean")
    spoil, message = FAULTS[fault]
    ids_now, hashes_now, x_now = spoil(ids, hashes, x)
    tables.write_vectors(path, ids_now, hashes_now, {"mean": x_now})
    with pytest.raises(UserError, match=message) as caught:
        run_probe(tmp_path, "speech")
    assert ids[0] in str(caught.value) or "new" in str(caught.value)
    assert "layer.parquet" in str(caught.value)


def test_clips_without_a_defined_vector_are_set_aside_if_asked_for(tmp_path):
    """By name, from training and test, in the probe of one dataset and across two; the others keep their places."""
    for name, seed in (("speech", 0), ("song", 4)):
        dataset(tmp_path, name, seed=seed)
        path = tmp_path / name / "layer.parquet"
        ids, hashes, x = tables.read_vectors(path, "mean")
        tables.write_vectors(path, ids, hashes, {"mean": np.vstack([x[:1] * np.nan, x[1:]])})
    gone = ids[0]
    predictions, _ = run_probe(tmp_path, "song", ("strict", "paper1"), on_bad_clips="set-aside")
    assert gone not in set(predictions["clip_id"])
    assert (predictions["protocol"] == "strict").sum() == 143
    assert tables.about(tmp_path / "predictions.parquet")["set_aside"] == [gone]
    aside = without_vectors([tmp_path / "predictions.parquet"], tables.read(tmp_path / "song" / "manifest.parquet"))
    assert list(aside["clip_id"]) == [gone]
    assert aside["reason"].str.contains("no defined vector").all()
    predictions, _ = run_cross(tmp_path, "speech", "song", on_bad_clips="set-aside")
    assert gone not in set(predictions["clip_id"])
    assert len(predictions) == 143


def test_emotions_without_clips_are_an_error(tmp_path):
    dataset(tmp_path, "speech")
    with pytest.raises(UserError, match="no clip has one of the emotions disgust"):
        run_probe(tmp_path, "speech", emotions=["disgust"])


def test_edges_of_the_grid_are_told():
    choices = pd.DataFrame({"null_run": [0, 0, 0, 1], "C": [0.1, 0.1, 0.01, 0.1], "at_edge": [True, True, False, True]})
    assert edges_in_words(choices) == "C chosen at an edge of the grid in 2 of 3 folds: C = 0.1 in 2"
    assert edges_in_words(choices.assign(at_edge=False)).endswith("in 0 of 3 folds")
