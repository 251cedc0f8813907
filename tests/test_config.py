"""A mistake in the config is refused before anything runs, all at once, each with the nearest valid name."""

import copy
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from workflow_scripts.study.checks import check_study, read_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.make_docs import ROOT, generated
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks import remarks

STUDY = {
    "study": "A test",
    "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song", "level": "matched"}},
    "models": ["hubert-base", "tiny-hubert"],
    "layers": [0, 2, "final"],
    "emotions": ["neutral", "happy"],
    "pairs": [["speech", "song"]],
    "probing": {"probes": ["logistic"]},
}

TABLE = {"a": {"corpus": "table", "file": "a.csv"}}
TWO = {"a": {"corpus": "ravdess-speech"}, "b": {"corpus": "emodb"}}
MINE = {"name": "mine", "family": "hubert", "layers": 3}
TINY = {**MINE, "layers": 2, "final_norm": True, "weights": "untrained", "architecture": "hubert-tiny"}
GIVEN = {"name": "given", "vectors": {"speech": "v/speech.parquet", "song": "v/song.npy"}, "layers": [0, 2, "final"]}


def changed(**changes: object) -> dict:
    return {**copy.deepcopy(STUDY), **changes}


def test_a_right_config_passes_and_defaults_are_filled_in():
    study = check_study(STUDY)
    assert study.seed == 1
    assert study.datasets["speech"].level == "as-recorded"
    assert study.probing is not None
    assert study.probing.speaker_normalisation == ["none", "per-speaker"]


def test_without_a_probing_section_nothing_is_probed():
    assert check_study({key: STUDY[key] for key in STUDY if key != "probing"}).probing is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sed": 3}, "sed: no such key; did you mean 'seed'?"),
        ({"seed": "one"}, "seed: input should be a valid integer (found 'one')"),
        ({"datasets": {"a": {"corpus": "ravdes-speech"}}}, "no corpus 'ravdes-speech'; did you mean 'ravdess-speech'?"),
        (
            {"datasets": {"a": {"corpus": "emodb", "lvel": "matched"}}},
            "a.lvel: no such key for corpus 'emodb'; did you mean 'level'?",
        ),
        ({"datasets": {"a": {"corpus": "emodb", "crop": -1}}}, "datasets.a.crop: input should be greater than 0"),
        ({"models": ["hubert-bse"]}, "no model 'hubert-bse' in resources/models.yaml; did you mean 'hubert-base'?"),
        ({"models": ["hubert-base", "hubert-base"]}, "models[1]: 'hubert-base' stands twice"),
        ({"models": [{"name": "mine", "family": "hubert", "layrs": 3}]}, "models[0].layers: is required"),
        ({"models": [{"name": "mine", "family": "hubrt", "layers": 3}]}, "did you mean 'hubert'?"),
        (
            {"models": [{"name": "mine", "family": "my-own", "layers": 3}]},
            "models[0].family: no family 'my-own'; valid: data2vec, hubert, mert, wav2vec2, wavlm, whisper",
        ),
        ({"models": [{"name": "mine", "family": 3, "layers": 3}]}, "models[0].family: input should be a valid string"),
        ({"models": [{**MINE, "weights": "untrained"}]}, "architecture: is required"),
        ({"emotions": ["neutral", "hapy"]}, "emotions[1]: no dataset has 'hapy'; did you mean 'happy'?"),
        ({"emotions": ["neutral", "hapy"], "datasets": TABLE}, "did you mean 'happy'?"),
        ({"datasets": {"a": {"corpus": "table"}}}, "datasets.a.file: is required"),
        ({"emotions": ["neutral"]}, "emotions: at least two"),
        ({"layers": [0, 13]}, "layers[1]: no model of the study has a layer 13"),
        ({"layers": ["finl"]}, "layers[0]: 'finl' is neither a layer's number nor 'final'"),
        ({"layers": "some"}, "layers: give 'all' or a list"),
        ({"pairs": [["speech", "sng"]]}, "pairs[0]: no dataset 'sng' in this study; did you mean 'song'?"),
        ({"pairs": [["song", "song"]]}, "paired with itself"),
        ({"protocols": ["strct"]}, "protocols[0]: 'strct' is not valid; did you mean 'strict'?"),
        ({"probing": {"C": [1.0, 0.1]}}, "probing.C: give positive values in ascending order"),
        ({"probing": {"poolings": ["std"]}}, "probing.poolings: 'std' is not among embeddings.poolings"),
        ({"embeddings": {"window_overlap_seconds": 40}}, "embeddings.window_overlap_seconds: is 40 s, more than half"),
        (
            {"models": ["whisper-base"], "embeddings": {"window_overlap_seconds": 20}},
            "embeddings.window_overlap_seconds: is 20 s, more than half of the 30 s that whisper-base hears at most",
        ),
        ({"acoustics": ["eGeMAPSv2"]}, "did you mean 'eGeMAPSv02'?"),
        ({"models": [], "acoustics": [], "layers": "all"}, "probing: nothing to probe: name models or acoustics"),
        (
            {"protocols": ["emobox"], "pairs": []},
            "'song': 'emobox' has fold lists for emodb, ravdess-speech, savee only; add strict or paper1",
        ),
        (
            {"protocols": ["emobox"], "datasets": TWO, "pairs": [["a", "b"]]},
            "protocols: none applies to pairs[0] (a, b)",
        ),
        (
            {"protocols": ["strict", "emobox"], "datasets": {"song": {"corpus": "ravdess-song"}}, "pairs": []},
            "none of which is a dataset here",
        ),
        (
            {"embeddings": {"poolings": ["mean-active"]}, "probing": {}},
            "poolings: 'mean' (the default) is not among embeddings.poolings (mean-active); add it there or take one",
        ),
        ({"protocols": ["strict", "strict"]}, "protocols: 'strict' stands twice"),
        ({"acoustics": ["eGeMAPSv02", "eGeMAPSv02"]}, "acoustics: 'eGeMAPSv02' stands twice"),
        ({"layers": [0, 1, 0]}, "layers: 0 stands twice"),
        ({"emotions": ["happy", "neutral", "happy"]}, "emotions: 'happy' stands twice"),
        ({"probing": {"probes": ["logistic", "logistic"]}}, "probing.probes: 'logistic' stands twice"),
        ({"probing": {"poolings": ["mean", "mean"]}}, "probing.poolings: 'mean' stands twice"),
        ({"probing": {"datasets": ["speach"]}}, "probing.datasets[0]: no dataset 'speach' in this study; did you mean"),
        ({"probing": {"datasets": []}}, "probing.datasets: the list is empty"),
        ({"pairs": [], "distances": {}}, "distances: no pairs to compare; name some in `pairs`"),
        (
            {"models": [], "acoustics": [], "distances": {}},
            "distances: nothing to compare by: name models or acoustics",
        ),
        (
            {"pairs": [["speech", "song"]], "distances": {"poolings": ["mean", "std"]}},
            "distances.poolings: 'std' is not among embeddings.poolings (mean, mean-active)",
        ),
        ({"distances": None}, "distances: holds nothing; write `distances: {}` to ask the question with its defaults"),
        ({"distances": {"draws": 1}}, "distances.draws: input should be greater than or equal to 2 (found 1)"),
        (
            {"probing": {"speaker_normalisation": ["none", "none"]}},
            "probing.speaker_normalisation: 'none' stands twice",
        ),
        ({"embeddings": {"poolings": ["mean", "mean"]}}, "embeddings.poolings: 'mean' stands twice"),
        ({"layers": []}, "layers: the list is empty; give 'all' or the layers to analyse"),
        (
            {"layers": ["final"], "models": ["tiny-hubert", "tiny-wavlm"]},
            "layers: model 'tiny-wavlm' has none of them; name one of 0, 1, 2, or leave the model out",
        ),
        (
            {"datasets": TWO, "pairs": [["a", "b"]], "emotions": ["surprised", "neutral", "boredom"]},
            "pairs[0]: emotions that both 'a' and 'b' have: neutral;",
        ),
        ({"emotions": ["disgust", "surprised"]}, "emotions: dataset 'song' has only: none; name two of neutral,"),
        ({"emotions": ["happy", "surprised"]}, "emotions: dataset 'song' has only: happy;"),
        (
            {"emotions": ["disgust", "surprised"], "datasets": {"a": {"corpus": "ravdess-speech"}}, "pairs": []},
            "emotions: of dataset 'a' protocol 'paper1' has only: none;",
        ),
        (
            {"models": [{**MINE, "weights": "untrained", "architecture": "wavlm-tiny"}]},
            "models[0].architecture: 'wavlm-tiny' is not of family 'hubert'; this has hubert-base, hubert-large",
        ),
        ({"models": [TINY | {"layers": 3}]}, "models[0].layers: architecture 'hubert-tiny' has 2, the entry says 3"),
        (
            {"models": [TINY | {"final_norm": False}]},
            "models[0].final_norm: architecture 'hubert-tiny' has true, the entry says false",
        ),
        (
            {"models": [TINY | {"architecture": "hubert-base"}]},
            "models[0].layers: architecture 'hubert-base' has 12, the entry says 2",
        ),
        ({"models": [TINY | {"width": 768}]}, "models[0].width: architecture 'hubert-tiny' has 32, the entry says 768"),
        (
            {"models": [TINY | {"sample_rate": 24000}]},
            "models[0].sample_rate: architecture 'hubert-tiny' has 16000, the entry says 24000",
        ),
        ({"models": [TINY | {"folder": "w"}]}, "models[0].folder: untrained networks have none"),
        ({"models": [TINY | {"source": "a/b"}]}, "models[0].source: untrained networks have none"),
        ({"models": [TINY | {"revision": "v2"}]}, "models[0].revision: untrained networks have none"),
        ({"models": [MINE | {"revision": "v2"}]}, "models[0].revision: is one of a source; name the source"),
        (
            {"models": [MINE | {"source": "https://huggingface.co/a/b"}]},
            "models[0].source: 'https://huggingface.co/a/b' is no repository of the hub: give its id, owner/name",
        ),
        ({"models": [MINE | {"source": "gpt"}]}, "models[0].source: 'gpt' is no repository of the hub"),
        (
            {"models": [TINY | {"weights": "local"}]},
            "models[0].architecture: is for untrained networks; add weights: untrained",
        ),
        ({"models": [{**MINE, "name": "a/b"}]}, "models[0].name: 'a/b' is part of paths: use letters"),
        ({"models": [{**MINE, "layrs": 3}]}, "models[0].layrs: no such key; did you mean 'layers'?"),
        ({"models": [GIVEN | {"vectrs": {}}]}, "models[0].vectrs: no such key; did you mean 'vectors'?"),
        ({"models": [{"name": "x", "vector": {"song": "v"}}]}, "models[0].vector: no such key; did you mean 'vectors'"),
        ({"models": [GIVEN | {"family": "hubert"}]}, "models[0].family: no such key"),
        ({"models": [GIVEN | {"name": "hubert-base"}]}, "'hubert-base' is a name of resources/models.yaml"),
        ({"models": [GIVEN, GIVEN]}, "models[1]: 'given' stands twice"),
        (
            {"models": [GIVEN | {"vectors": {"speech": "a.npy"}}]},
            "models[0].vectors.song: is required, a file for every",
        ),
        (
            {"models": [GIVEN | {"vectors": {**GIVEN["vectors"], "sng": "a.npy"}}]},
            "models[0].vectors: no dataset 'sng' in this study; did you mean 'song'?",
        ),
        (
            {"models": [GIVEN | {"vectors": {**GIVEN["vectors"], "song": "a.csv"}}]},
            "models[0].vectors.song: 'a.csv' is neither .parquet nor .npy",
        ),
        ({"models": [GIVEN | {"vectors": {"song": 3}}]}, "models[0].vectors.song: input should be a valid string"),
        ({"models": [GIVEN | {"layers": [0, "fnal"]}]}, "models[0].layers[1]: 'fnal' is neither a layer's number nor"),
        ({"models": [GIVEN | {"layers": []}]}, "models[0].layers: list should have at least 1 item"),
        ({"models": [GIVEN | {"layers": [-1, 0]}]}, "models[0].layers: give layers from 0 on, each once, in the order"),
        (
            {"models": [GIVEN | {"layers": [0, 0, 2]}]},
            "models[0].layers: give layers from 0 on, each once, in the order",
        ),
        ({"models": [GIVEN | {"layers": ["final", 0]}]}, "models[0].layers: give layers from 0 on, each once, in the"),
        (
            {"models": [GIVEN, "hubert-base"], "layers": [1]},
            "layers: model 'given' has none of them; name one of 0, 2, final, or leave the model out",
        ),
        (
            {"models": [GIVEN | {"layers": [6, 9]}, "tiny-hubert"], "layers": [6, 7, 1]},
            "layers[1]: no model of the study has a layer 7; valid: 0, 1, 2, 6, 9, final",
        ),
        ({"models": [["x"]]}, "models[0]: give a name of resources/models.yaml or a network of your own (found ['x'])"),
        ({"datasets": {"a b": {"corpus": "emodb"}}}, "datasets.a b: 'a b' is part of paths: use letters"),
        ({"datasets": {"../a": {"corpus": "emodb"}}}, "'../a' is part of paths: use letters"),
        ({"datasets": {"a": {**TABLE["a"], "sexes": {3: "male"}}}}, "datasets.a.sexes: 3 is no text; put it in quotes"),
    ],
)
def test_each_mistake_is_named_with_its_place(change, expected):
    with pytest.raises(UserError) as refused:
        check_study(changed(**change))
    assert expected in str(refused.value)


def test_a_table_may_have_emotions_of_its_own():
    assert check_study(changed(datasets=TABLE, pairs=[], emotions=["neutral", "wistful"]))


def test_all_mistakes_come_at_once():
    with pytest.raises(UserError) as refused:
        check_study(changed(sed=3, models=["hubert-bse"], emotions=["neutral", "hapy"], protocols=["strct"]))
    text = str(refused.value)
    assert "4 mistake(s)" in text
    assert all(word in text for word in ("sed", "hubert-bse", "hapy", "strct"))


def test_a_mistake_in_one_key_does_not_hide_what_others_say_together():
    with pytest.raises(UserError) as refused:
        check_study(changed(sed=3, layers=[], embeddings={"poolings": ["std"]}, pairs=[["speech", "sng"]]))
    assert "4 mistake(s)" in str(refused.value)


def test_a_mistake_in_one_key_makes_up_none_in_others():
    meant = {key: value for key, value in changed(acoustics=[]).items() if key != "models"}
    with pytest.raises(UserError, match=r"^config: 1 mistake\(s\)"):
        check_study({**meant, "modls": ["hubert-base"]})


@pytest.mark.parametrize(
    ("entry", "config", "expected"),
    [
        (MINE, {"model_type": "wavlm", "num_hidden_layers": 3}, "model_type 'wavlm', family 'hubert' reads hubert"),
        (MINE, {"model_type": "hubert"}, "models[0].layers: w/mine/config.json has 12, the entry says 3"),
        ("hubert-base", {"model_type": "hubert", "do_stable_layer_norm": True}, "models[0].final_norm: w/hubert-base/"),
    ],
)
def test_weights_that_are_there_already_are_compared_with_their_entry(tmp_path, monkeypatch, entry, config, expected):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "w" / (entry if isinstance(entry, str) else entry["name"])
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError) as refused:
        check_study(changed(models=[entry], weights="w", layers="all"))
    assert expected in str(refused.value)


def test_networks_of_ones_own_that_agree_with_their_shape_pass(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights/mine").mkdir(parents=True)
    (tmp_path / "weights/mine/config.json").write_text('{"model_type": "hubert", "num_hidden_layers": 3}')
    assert check_study(changed(models=[MINE, {**TINY, "name": "tiny"}], layers="all"))


def test_vectors_made_elsewhere_pass_and_are_remarked_on_until_they_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one_layer = {**{key: GIVEN[key] for key in GIVEN if key != "layers"}, "name": "b"}
    study = check_study(changed(models=[GIVEN, one_layer]))
    texts = [text for text in remarks(Plan(study)) if "models" in text]
    files = ("v/speech.parquet", "v/song.npy", "v/song.clips.csv")
    assert texts == [
        f"models: the vectors of {name} are not at {file} yet" for name in ("given", "b") for file in files
    ]
    (tmp_path / "v").mkdir()
    for file in files:
        (tmp_path / file).touch()
    assert [text for text in remarks(Plan(study)) if "models" in text] == []
    assert check_study(yaml.safe_load(yaml.safe_dump(study.as_config()))) == study


def test_folders_that_are_not_there_yet_are_remarks_and_no_mistakes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    datasets = {**STUDY["datasets"], **TABLE, "made": {"corpus": "synthetic-speech"}}
    study = check_study(changed(datasets=datasets, audio="here"))
    texts = remarks(Plan(study))
    places = ["datasets.speech:", "datasets.song:", "datasets.a:", "models:", "models:"]
    assert [text.split(" ")[0] for text in texts] == places
    assert "will be fetched into here/ravdess-speech: Audio_Speech_Actors_01-24.zip, 208 MB" in texts[0]
    assert "here/table/a.csv yet; expected files: a CSV" in texts[2]
    page = "https://huggingface.co/facebook/hubert-base-ls960/tree/main (licence: apache-2.0)"
    assert texts[3] == f"models: hubert-base is not at weights/hubert-base yet; snakemake fetches it from {page}"
    assert "without a network, download config.json, preprocessor_config.json and model.safetensors" in texts[4]
    for place in (
        "here/ravdess-speech/Actor_01",
        "here/ravdess-song/Actor_01",
        "here/table/a.csv",
        "weights/hubert-base",
    ):
        (tmp_path / place).mkdir(parents=True)
    assert remarks(Plan(study)) == texts[3:]  # an empty folder is still to be filled
    (tmp_path / "here/ravdess-speech").rename(tmp_path / "here/elsewhere")
    plan = Plan(study)
    plan.fetch_record("ravdess-speech").parent.mkdir(parents=True)
    plan.fetch_record("ravdess-speech").write_text("{}")
    gone = "recordings were fetched into here/ravdess-speech and are gone; delete results/fetched/ravdess-speech.json"
    assert gone in remarks(plan)[0]
    (tmp_path / "here/elsewhere").rename(tmp_path / "here/ravdess-speech")
    for file in ("config.json", "preprocessor_config.json", "model.safetensors"):
        (tmp_path / "weights/hubert-base" / file).write_text("{}")
    assert remarks(Plan(study)) == []


def test_a_folder_that_was_half_filled_by_hand_is_remarked_on_by_what_it_lacks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "weights/mine"
    folder.mkdir(parents=True)

    def said() -> list[str]:
        study = check_study(changed(models=[{**MINE, "source": "someone/some-network"}], layers="all"))
        return [text for text in remarks(Plan(study)) if text.startswith("models")]

    begin = "models: mine is not whole at weights/mine; missing: "
    (folder / "config.json").write_text("{}")
    assert said() == [f"{begin}preprocessor_config.json, model.safetensors"]
    (folder / "preprocessor_config.json").write_text("{}")
    assert said() == [f"{begin}model.safetensors"]
    (folder / "pytorch_model.bin").touch()
    convert = "python -m workflow_scripts.convert_weights weights/mine"
    assert said() == [f"{begin}model.safetensors (there is pytorch_model.bin: run `{convert}`)"]
    (folder / "model.safetensors.index.json").write_text("{}")
    assert said() == []
    (folder / "config.json").unlink()
    assert said() == [f"{begin}config.json"]


def test_remarks_say_of_each_network_of_ones_own_how_it_comes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_ENDPOINT", "http://mirror.test/")
    mine = {**MINE, "source": "someone/some-network", "revision": "v2", "licence": "mit"}
    brought = {**MINE, "name": "brought", "folder": "elsewhere"}
    texts = remarks(Plan(check_study(changed(models=[mine, brought, {**TINY, "name": "tiny"}], layers="all"))))[2:]
    page = "http://mirror.test/someone/some-network/tree/v2"
    assert texts[0] == f"models: mine is not at weights/mine yet; snakemake fetches it from {page} (licence: mit)"
    assert texts[1].startswith("models: brought is not at elsewhere yet; expected there: config.json,")
    assert "convert_weights" in texts[2]
    assert len(texts) == 3


@pytest.mark.parametrize("content", ["", "- a list", "study: [unclosed"])
def test_a_file_that_is_no_config_is_refused(tmp_path, content):
    (tmp_path / "c.yaml").write_text(content)
    with pytest.raises(UserError):
        read_study(tmp_path / "c.yaml")


def test_every_committed_config_passes():
    configs = [ROOT / "config.yaml", *sorted((ROOT / "resources" / "studies").glob("*.yaml"))]
    assert len(configs) >= 4
    for config in configs:
        assert read_study(config).study


def test_generated_files_agree_with_the_model():
    for path, text in generated().items():
        assert (ROOT / path).read_text() == text, f"{path} is out of step: run `make docs`"


def test_the_schema_refuses_what_the_model_refuses():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "resources" / "config.schema.json").read_text())
    jsonschema.validate(yaml.safe_load((ROOT / "config.yaml").read_text()), schema)
    jsonschema.validate(changed(models=[GIVEN, MINE, "hubert-base"]), schema)
    for change in (
        {"sed": 3},
        {"models": [GIVEN | {"family": "hubert"}]},
        {"datasets": {"a": {"corpus": "ravdes"}}},
        {"protocols": ["strct"]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(changed(**change), schema)


def test_the_direct_check_is_quick_and_its_exit_code_tells(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(yaml.safe_dump(changed(sed=3)))
    start = time.perf_counter()
    refused = subprocess.run(
        [sys.executable, "-m", "workflow_scripts.check_config", str(bad)], capture_output=True, text=True, cwd=ROOT
    )
    seconds = time.perf_counter() - start
    assert refused.returncode == 1
    assert "did you mean 'seed'?" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert seconds < 10  # it takes under one second; the bound only catches an import of torch
    code = (
        "import sys, workflow_scripts.study.plan, workflow_scripts.study.checks as checks;"
        "checks.read_study('config.yaml'); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT).stdout.split()
    assert loaded
    assert not {"torch", "pandas", "numpy", "transformers", "sklearn"} & set(loaded)
    assert Path(ROOT / "config.yaml").is_file()
