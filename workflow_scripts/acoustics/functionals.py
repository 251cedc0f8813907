"""openSMILE functionals of a clip, from float samples."""

import os
from typing import Any

import numpy as np
import numpy.typing as npt
import opensmile
from opensmile.core.config import config

from workflow_scripts.study.errors import UserError

RATE = 16000  # Hz, the rate at which every recording is measured
FEATURE_SETS = ("eGeMAPSv02", "GeMAPSv01b", "ComParE_2016", "emobase")
# openSMILE's word for 32-bit floats in its `nBits`
FLOAT_SAMPLES = 33


class Functionals:
    """One feature set. Threads may share it, and run in parallel: openSMILE works without Python's lock.

    The package's own `process_signal` cuts samples down to 16 bits before it measures them. A resampled or
    level-matched recording would lose its quiet passages there, so the samples are given as floats here.

    Args:
        feature_set: one of FEATURE_SETS.

    Attributes:
        names: openSMILE's names of the features, in the order of the values.
    """

    def __init__(self, feature_set: str) -> None:
        if feature_set not in FEATURE_SETS:
            raise ValueError(f"feature set {feature_set!r}, expected one of {FEATURE_SETS}")
        self._smile = opensmile.Smile(
            feature_set=getattr(opensmile.FeatureSet, feature_set),
            feature_level=opensmile.FeatureLevel.Functionals,
        )
        self.names: list[str] = list(self._smile.feature_names)

    def __call__(self, clip: str, wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Measure one clip: samples (n,) at 16 kHz, full scale 1.0, to (features,) float32.

        Raises:
            UserError: the clip is too short for the feature set.
        """
        found: list[npt.NDArray[np.float32]] = []

        def take(values: npt.NDArray[np.float32], frame: Any) -> None:
            found.extend(values.copy())  # (frames, features)

        options = self._smile._options()
        options["source"] = os.path.join(self._smile.default_config_root, config.EXTERNAL_INPUT_CONFIG)
        options["sampleRate"], options["nBits"] = RATE, FLOAT_SAMPLES
        smile = self._smile._smile(options=options)
        try:
            smile.external_sink_set_callback_ex(config.EXTERNAL_OUTPUT_COMPONENT, take)
            samples = np.ascontiguousarray(wave, dtype=np.float32).tobytes()
            smile.external_audio_source_write_data(config.EXTERNAL_SOURCE_COMPONENT, samples)
            smile.external_audio_source_set_eoi(config.EXTERNAL_SOURCE_COMPONENT)
            smile.run()
        finally:
            smile.free()
        if len(found) != 1:
            raise UserError(
                f"openSMILE measured nothing in {wave.size / RATE:.3f} s", f"clip {clip}", "leave the clip out"
            )
        return found[0]
