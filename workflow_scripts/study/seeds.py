"""Seeds named after what they are drawn for, so that adding a model or an emotion changes no other draw."""

import hashlib


def seed_of(study_seed: int, *names: str | int) -> int:
    """Return the 63-bit seed of one named draw, e.g. ``seed_of(1, "probe", "speech", "hubert-base", "7")``."""
    text = "\x1f".join(str(part) for part in (study_seed, *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
