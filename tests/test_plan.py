"""The plan: names, protocols and emotions that follow from the config before any job has run."""

import csv
import hashlib
from pathlib import Path

import pytest

from workflow_scripts import corpora
from workflow_scripts.downloads import records
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.plan import Plan

ROOT = Path(__file__).parents[1]
STUDY = {
    "study": "A test",
    "datasets": {
        "speech": {"corpus": "ravdess-speech"},
        "song": {"corpus": "ravdess-song", "crop": 2.0},
        "mine": {"corpus": "table", "file": "clips.csv"},
    },
    "models": ["tiny-hubert", "tiny-wavlm"],
    "layers": [2, "final"],
    "emotions": ["sad", "surprised", "neutral"],
    "pairs": [["speech", "song"]],
    "protocols": ["strict", "emobox"],
    "probing": {},
}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return planned(tmp_path)


def planned(folder: Path, **changes: object) -> Plan:
    datasets = {name: {**entry, "folder": str(folder / name)} for name, entry in STUDY["datasets"].items()}
    return Plan(check_study({**STUDY, "datasets": datasets, **changes}), folder / "hashes.json")


def test_layers_are_those_listed_of_each_network_and_one_of_acoustic_sets(plan):
    assert plan.representations == ["tiny-hubert", "tiny-wavlm", "eGeMAPSv02"]
    assert [plan.layers(name) for name in plan.representations] == [["2", "final"], ["2"], ["functionals"]]
    assert plan.states("tiny-hubert") == ["0", "1", "2", "final"]


def test_emotions_are_those_a_dataset_can_have_in_canonical_order(plan):
    assert plan.emotions("speech") == ["neutral", "sad", "surprised"]
    assert plan.emotions("song") == ["neutral", "sad"]
    assert plan.emotions("mine") == ["neutral", "sad", "surprised"]
    assert plan.common_emotions("speech", "song") == ["neutral", "sad"]


def test_emobox_applies_where_it_has_lists_and_never_across_datasets(plan):
    assert plan.protocols("speech") == ["strict", "emobox"]
    assert plan.protocols("song") == ["strict"]
    assert plan.pair_protocols("speech", "song") == ["strict"]
    assert plan.directions == [("speech", "song"), ("song", "speech")]


def test_the_corpora_that_say_they_are_in_emobox_are_those_of_its_lists():
    with (ROOT / "resources" / "emobox_folds.csv").open(newline="") as file:
        listed = {row["clip_id"].split("/")[0] for row in csv.DictReader(file)}
    assert listed == {name for name in corpora.names() if corpora.find(name).emobox}


def test_a_table_that_is_missing_or_broken_does_not_stop_the_plan_and_is_seen_once_mended(tmp_path):
    folder = tmp_path / "mine"
    missing = planned(tmp_path).spec("manifest", dataset="mine")
    folder.mkdir()
    (folder / "clips.csv").write_text("nothing,of,use\n1,2,3\n")
    broken = planned(tmp_path).spec("manifest", dataset="mine")
    (folder / "a.wav").write_bytes(b"audio")
    (folder / "clips.csv").write_text("path,speaker,emotion\na.wav,s1,sad\n")
    right = planned(tmp_path).spec("manifest", dataset="mine")
    (folder / "a.wav").write_bytes(b"other audio")
    replaced = planned(tmp_path).spec("manifest", dataset="mine")
    assert len({spec["audio_digest"] for spec in (missing, broken, right, replaced)}) == 4


MINE = {"name": "mine", "family": "hubert", "layers": 2, "source": "someone/some-network"}


def test_a_network_is_fetched_unless_its_folder_was_filled_by_hand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    models = [MINE, {**MINE, "name": "brought", "folder": "w"}, {"name": "own", "family": "hubert", "layers": 2}]
    plan = planned(tmp_path, models=["tiny-hubert", "hubert-base", *models], layers="all", weights="nets/")
    fetched = ["hubert-base", "mine"]
    assert [model for model in plan.models if plan.is_fetched(model)] == fetched
    assert plan.record("mine") == "nets/mine/fetched.json"
    expected = {"source": "facebook/hubert-base-ls960", "revision": "main", "weights_folder": "nets/hubert-base"}
    assert plan.spec("fetch_weights", model="hubert-base").items() >= expected.items()
    folder = tmp_path / "nets/mine"
    folder.mkdir(parents=True)
    assert plan.is_fetched("mine")
    (folder / "fetched.json").write_text("{}")
    (folder / "config.json").write_text("{}")
    assert plan.is_fetched("mine")
    (folder / "fetched.json").unlink()
    assert not plan.is_fetched("mine")


def test_weights_count_as_fetched_before_and_after_the_fetch_and_not_when_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def digest() -> str:
        plan = planned(tmp_path, models=[MINE], layers="all")
        return str(plan.spec("embed", dataset="song", model="mine")["weights_digest"])

    folder = tmp_path / "weights/mine"
    assert digest() == "as fetched"
    folder.mkdir(parents=True)
    assert digest() == "as fetched"
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    by_hand = digest()
    record = {key: kind() for key, kind in records.KEYS.items()} | {"source": MINE["source"], "revision": "main"}
    records.write(folder, {**record, "digest": by_hand})
    assert digest() == "as fetched"
    (folder / "model.safetensors").write_bytes(b"other weights")
    replaced = digest()
    assert len({"as fetched", by_hand, replaced}) == 3
    (folder / "model.safetensors").write_bytes(b"weights")
    assert digest() == "as fetched"
    (folder / "fetched.json").write_text("no json")
    assert digest() == by_hand


def test_where_weights_are_published_is_no_matter_of_their_embeddings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = {"source": "another/network", "revision": "v2", "licence": "mit"}
    specs = [
        planned(tmp_path, models=[{**MINE, **more}], layers="all").spec("embed", dataset="song", model="mine")
        for more in ({}, said)
    ]
    assert specs[0] == specs[1]


def test_a_name_of_the_catalogue_can_be_pinned_or_brought(tmp_path):
    pinned = {"name": "hubert-base", "revision": "0123abc"}
    brought = {"name": "wavlm-base", "folder": "elsewhere"}
    plan = planned(tmp_path, models=[pinned, brought], layers="all", weights=str(tmp_path))
    asked = {"source": "facebook/hubert-base-ls960", "revision": "0123abc"}
    assert plan.spec("fetch_weights", model="hubert-base").items() >= asked.items()
    as_named = planned(tmp_path, models=["hubert-base", "wavlm-base"], layers="all", weights=str(tmp_path))
    assert plan.states("hubert-base") == as_named.states("hubert-base")
    # pinning what was embedded makes nothing run again
    specs = [one.spec("embed", dataset="song", model="hubert-base") for one in (plan, as_named)]
    assert specs[0] == specs[1]
    assert plan.weights("wavlm-base") == "elsewhere"
    assert not plan.is_fetched("wavlm-base")
    study = plan.study.model_dump(mode="json", exclude_none=True)
    assert study["models"] == [pinned, brought]
    assert check_study(study) == plan.study
    for wrong, words in (({**pinned, "layers": 12}, "no such key"), ({**pinned, "family": "hubert"}, "choose another")):
        with pytest.raises(UserError, match=words):
            planned(tmp_path, models=[wrong], layers="all")
    with pytest.raises(UserError, match="untrained networks have none"):
        planned(tmp_path, models=[{"name": "tiny-hubert", "revision": "v2"}], layers="all")


@pytest.mark.parametrize(
    ("other", "asked"),
    [({"revision": "v2"}, "someone/some-network, revision v2"), ({"source": "a/b"}, "a/b, revision main")],
)
def test_weights_of_another_source_or_revision_in_a_shared_folder_are_refused_before_anything_runs(
    other, asked, tmp_path
):
    shared = tmp_path / "shared"

    def project(**more: str) -> Plan:
        return planned(tmp_path, models=[{**MINE, **more}], layers="all", weights=str(shared))

    record = {key: kind() for key, kind in records.KEYS.items()}
    record |= {"source": MINE["source"], "revision": "main", "commit": "0123abc"}
    assert project(**other).is_fetched("mine")
    (shared / "mine").mkdir(parents=True)
    (shared / "mine/model.safetensors").write_bytes(b"weights")
    records.write(shared / "mine", record)
    for same in ({}, {"revision": "main"}, {"revision": "0123abc"}):
        assert project(**same).is_fetched("mine")
    with pytest.raises(UserError, match="someone/some-network, revision main") as refused:
        project(**other)
    assert f"models[0]: the study asks for {asked}, and {shared / 'mine'} holds" in str(refused.value)
    # a folder of its own is a person's own
    assert project(**other, folder=str(shared / "mine")).weights("mine") == str(shared / "mine")


def test_synthetic_datasets_that_differ_in_their_preparation_alone_share_voices(tmp_path):
    asked = {
        "speech": {"corpus": "synthetic-speech"},
        "level": {"corpus": "synthetic-speech", "level": "matched", "crop": 1.0},
        "weak": {"corpus": "synthetic-speech", "strength": 0.5},
        "song": {"corpus": "synthetic-song"},
    }
    study = {key: STUDY[key] for key in ("study", "models", "layers", "probing")} | {"emotions": ["sad", "neutral"]}
    plan = Plan(check_study({**study, "datasets": asked}), tmp_path / "hashes.json")
    folders = {name: plan.folder(name) for name in asked}
    assert folders["speech"] == folders["level"] == "results/synthetic/speech_6_speakers_strength_1.0/audio"
    assert len(set(folders.values())) == 3
    made = plan.spec("synthesise", voices=plan.voices["weak"])
    assert (made["corpus"], made["options"]["strength"]) == ("synthetic-speech", 0.5)


def test_every_spec_is_of_plain_types_and_the_same_when_planned_again(tmp_path):
    jobs = [
        ("manifest", {"dataset": "song"}),
        ("folds", {"dataset": "speech", "protocol": "emobox"}),
        ("embed", {"dataset": "song", "model": "tiny-hubert"}),
        ("fetch_weights", {"model": "hubert-base"}),
        ("import_vectors", {"dataset": "song", "model": "given"}),
        ("measure_acoustics", {"dataset": "song", "features": "eGeMAPSv02"}),
        ("probe", {"dataset": "song", "model": "tiny-wavlm", "layer": "2"}),
        ("cross_probe", {"source": "song", "target": "speech", "model": "tiny-wavlm", "layer": "2"}),
        ("summarise_layers", {"dataset": "song"}),
        ("findings", {}),
        ("report", {}),
    ]
    models = [*STUDY["models"], "hubert-base", given(tmp_path)]
    for rule, names in jobs:
        spec = planned(tmp_path, models=models).spec(rule, **names)
        assert repr(spec) == repr(planned(tmp_path, models=models).spec(rule, **names))
        assert {type(leaf) for leaf in leaves(spec)} <= {str, int, float, bool, type(None)}
        assert spec.items() >= {**names, "code": spec["code"]}.items()


def test_every_shard_has_a_spec_of_its_own_and_what_gathers_them_runs_again_with_them(tmp_path):
    names = {"dataset": "song", "model": "tiny-hubert"}
    three = planned(tmp_path, embeddings={"shards": 3})
    shards = [three.spec("embed", **names, shard=str(shard)) for shard in (1, 2, 3)]
    assert [(spec["shard"], spec["shards"]) for spec in shards] == [(1, 3), (2, 3), (3, 3)]
    gather = three.spec("gather_shards", **names)
    assert "shard" not in gather
    louder = planned(tmp_path, embeddings={"shards": 3, "batch_seconds": 41.0})
    assert louder.spec("gather_shards", **names) != gather


def test_the_report_cites_what_the_families_of_the_study_say(tmp_path):
    models = planned(tmp_path).spec("report")["models"]
    assert models["tiny-hubert"]["citation"] == "hsu2021"
    assert models["tiny-wavlm"]["citation"] == "chen2022"
    assert models["eGeMAPSv02"]["citation"] == ""


def leaves(value: object) -> list[object]:
    if isinstance(value, dict | list):
        return [leaf for inner in (value.values() if isinstance(value, dict) else value) for leaf in leaves(inner)]
    return [value]


def given(folder: Path, **changes: object) -> dict[str, object]:
    files = {name: str(folder / f"{name}.npy") for name in STUDY["datasets"]}
    return {"name": "given", "vectors": files, **changes}


def test_vectors_made_elsewhere_have_layers_of_their_own_and_one_pooling(tmp_path):
    models = [given(tmp_path), given(tmp_path, name="deep", layers=[0, 2, 9, "final"]), "tiny-wavlm"]
    plan = planned(tmp_path, models=models)
    assert (plan.precomputed, plan.networks) == (["given", "deep"], ["tiny-wavlm"])
    assert plan.states("deep") == ["0", "2", "9", "final"]
    assert [plan.layers(name) for name in plan.models] == [["0"], ["2", "final"], ["2"]]
    poolings = {
        name: plan.spec("probe", dataset="song", model=name, layer=plan.layers(name)[0])["poolings"]
        for name in plan.representations
    }
    assert poolings == {"given": ["given"], "deep": ["given"], "tiny-wavlm": ["mean"], "eGeMAPSv02": ["functionals"]}


def test_a_replaced_file_of_vectors_changes_the_spec_of_its_dataset_alone(tmp_path):
    def specs() -> list[dict[str, object]]:
        plan = planned(tmp_path, models=[given(tmp_path)], layers="all")
        return [plan.spec("import_vectors", dataset=name, model="given") for name in ("song", "speech")]

    (tmp_path / "song.npy").write_bytes(b"vectors")
    (tmp_path / "song.clips.csv").write_text("clip_id\n")
    before = specs()
    assert before[0]["md5"] == {
        str(tmp_path / "song.npy"): hashlib.md5(b"vectors").hexdigest(),
        str(tmp_path / "song.clips.csv"): hashlib.md5(b"clip_id\n").hexdigest(),
    }
    assert set(before[1]["md5"].values()) == {"absent"}
    (tmp_path / "song.clips.csv").write_text("clip_id\na\n")
    after = specs()
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_a_setting_enters_the_specs_of_the_jobs_that_use_it_alone(tmp_path):
    changed = {"probing": {"permutations": 199}, "seed": 2}
    before, after = planned(tmp_path), planned(tmp_path, **changed)
    same = [
        rule
        for rule, names in {
            "manifest": {"dataset": "song"},
            "folds": {"dataset": "song", "protocol": "strict"},
            "measure_acoustics": {"dataset": "song", "features": "eGeMAPSv02"},
            "embed": {"dataset": "song", "model": "tiny-hubert"},
            "probe": {"dataset": "song", "model": "tiny-wavlm", "layer": "2"},
        }.items()
        if before.spec(rule, **names) == after.spec(rule, **names)
    ]
    assert same == ["manifest", "folds", "measure_acoustics"]
