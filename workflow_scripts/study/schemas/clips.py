"""The table of the clips that the report shows."""

from workflow_scripts.study.schemas.columns import Table

TABLES: dict[str, Table] = {
    "clips": {
        "dataset": ("str", "dataset"),
        "model": ("str", "network, vectors made elsewhere, or acoustic feature set"),
        "layer": ("str", "0 (input of the first block) to L, final, or functionals"),
        "emotion": ("str", "emotion of the clip"),
        "kind": ("str", "nearest or farthest by distance, or misclassified, the surest first"),
        "place": ("int", "from 1, among the clips of the kind"),
        "clip_id": ("str", "the clip"),
        "speaker": ("str", "its speaker"),
        "seconds": ("float", "length of the recording"),
        "distance": (
            "float",
            "from the mean of the emotion's other clips: root mean square over dimensions, each in standard deviations "
            "over the dataset; NaN where the emotion has one clip",
        ),
        "predicted": ("str", "what the strict headline probe took the clip for; empty where there is none"),
        "probability": ("float", "that this probe gave it"),
        "path": ("str", "file of the recording"),
        "picture": ("str", "file of the spectrogram in the folder pictures beside the table"),
    },
}
