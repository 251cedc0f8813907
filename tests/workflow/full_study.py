"""The study of the whole of paper 1 with all its models and a third corpus: planned, never run."""

from pathlib import Path

import yaml
from project import Project

from workflow_scripts import corpora

MODELS = [
    *("wav2vec2-base", "wav2vec2-base-960h", "wav2vec2-large", "hubert-base", "hubert-large"),
    *("wavlm-base-plus", "wavlm-large", "mert-v1-95m"),
]
LAYERS = sum((13, 13, 25, 13, 26, 13, 26, 13)) + 1  # of all models, and the acoustic features


def lay_out_study(folder: Path) -> Project:
    """The project with that study's config, empty recordings and empty weights."""
    project = Project.fresh(folder)
    lay_out_corpora(project.folder / "data")
    for model in MODELS:
        (project.folder / "weights" / model).mkdir(parents=True)
        for name in ("config.json", "preprocessor_config.json", "model.safetensors"):
            (project.folder / "weights" / model / name).write_text("{}")
    study = yaml.safe_load((project.folder / "resources/studies/paper1.yaml").read_text())
    study["datasets"]["savee"] = {"corpus": "savee"}
    study["probing"]["datasets"].append("savee")
    study["models"] = MODELS
    project.config = study
    return project


def lay_out_corpora(data: Path) -> None:
    """Empty files with the names of all recordings of RAVDESS (2 channels) and SAVEE."""
    names = []
    for actor in corpora.find("ravdess-speech").speakers or {}:
        for channel, emotions in (("speech", 8), ("song", 6)):
            if channel == "song" and int(actor) == 18:
                continue
            for emotion in range(1, emotions + 1):
                for intensity in (1,) if emotion == 1 else (1, 2):
                    for statement in (1, 2):
                        for take in (1, 2):
                            code = f"03-0{1 + (channel == 'song')}-0{emotion}-0{intensity}-0{statement}-0{take}-{actor}"
                            names.append(f"ravdess-{channel}/Actor_{actor}/{code}.wav")
    for speaker in ("DC", "JE", "JK", "KL"):
        for emotion in ("a", "d", "f", "h", "n", "sa", "su"):
            for number in range(1, 31 if emotion == "n" else 16):
                names.append(f"savee/AudioData/{speaker}/{emotion}{number:02d}.wav")
    assert len(names) == 1440 + 1012 + 480
    for name in names:
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
