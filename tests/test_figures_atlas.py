"""The atlas of what layers encode: what is drawn is what the tables say, for every dataset and network."""

import numpy as np
import pandas as pd
import pytest
from drawn_explanation import FACTS, MODELS, axes_of, figures, lines_of, points_of, rows_of, study
from drawn_text import assert_text_inside_and_apart
from made_up_explanation import CATEGORIES, EMOTIONS, NETWORK, TINY

from workflow_scripts.figures import atlas
from workflow_scripts.figures import explanation_rows as e

USED = ("categories", "scores")  # tables of the atlas


def test_the_atlas_draws_every_layer_and_emotion_of_every_category_in_both_datasets() -> None:
    figure, _ = figures()[f"atlas of {NETWORK}"]
    panels = [axis for axis in axes_of(figure) if axis.images]
    assert len(panels) == 2 * len(CATEGORIES) * 2
    table = study()["categories"]
    table = table[table["aggregate"] == "mean"]
    blocks = [("r2-all", "within-emotion"), ("gain", "within-emotion")]
    wanted = [(*block, category, dataset) for block in blocks for category in CATEGORIES for dataset in FACTS]
    for axis, (what, form, category, dataset) in zip(panels, wanted, strict=True):
        rows = rows_of(table, dataset=dataset, model=NETWORK, what=what, form=form, category=category)
        wide = {
            name: rows.pivot(index="emotion", columns="layer", values=name).loc[EMOTIONS]
            for name in ("value", "low", "p_adjusted")
        }
        counts = wide["low"] > 0
        if what == "gain":
            counts &= wide["p_adjusted"] <= 0.05
        (image,) = axis.images
        drawn = image.get_array()
        if what == "gain":
            assert np.array_equal(drawn, wide["value"])
            assert np.array_equal(image.get_alpha(), np.where(counts, 1.0, e.FAINT))
            assert image.norm.vmin == -image.norm.vmax
            dots = {(y, x) for x, y in points_of(axis, "significant")}
            assert dots == set(zip(*np.nonzero(counts.to_numpy()), strict=True))
        else:
            assert np.array_equal(drawn[counts.to_numpy()], wide["value"].to_numpy()[counts.to_numpy()])
            assert (drawn[~counts.to_numpy()] < 0).all()  # grey
            assert not lines_of(axis, "significant")
        peaks = {(round(box.get_y() + 0.5), round(box.get_x() + 0.5)) for box in axis.patches}
        expected = wide["value"].where(counts)
        assert peaks == {
            (row, int(np.nanargmax(values))) for row, values in enumerate(expected.to_numpy()) if counts.iloc[row].any()
        }
        assert axis.get_title(loc="left") in ("", dataset)
    assert len({axis.images[0].norm.vmax for axis in panels[:8]}) == 1


def test_the_atlas_lays_the_means_of_speech_and_song_over_each_other() -> None:
    figure, frame = figures()[f"atlas of {NETWORK}"]
    axes = [axis for axis in axes_of(figure) if lines_of(axis, "speech")]
    assert len(axes) == 8
    table = study()["categories"]
    table = table[table["aggregate"] == "mean"]
    for axis, category in zip(axes, CATEGORIES, strict=False):
        for dataset, dashes in (("speech", "-"), ("song", "--")):
            rows = rows_of(
                table, dataset=dataset, model=NETWORK, what="r2-all", form="within-emotion", category=category
            )
            (line,) = lines_of(axis, dataset)
            assert line.get_ydata() == pytest.approx(rows.groupby("layer")["value"].mean().to_numpy())
            assert line.get_linestyle() == dashes
    means = frame[(frame["emotion"] == atlas.MEAN) & (frame["what"] == "r2-all")]
    highest = means.groupby(["category", "dataset"])["value"].max()
    for axis, category in zip(axes, CATEGORIES, strict=False):
        assert [y for _, y in points_of(axis, "peak")] == [highest[category, dataset] for dataset in FACTS]
    assert len({axis.get_ylim() for axis in axes[:4]}) == 1


def test_scales_of_the_atlas_are_common_to_all_networks() -> None:
    made = study()
    most = atlas.limits(made["categories"])
    known = made["categories"][made["categories"]["layer"] != "functionals"]
    for what, form in (("r2-all", "within-emotion"), ("gain", "within-emotion")):
        rows = known[(known["what"] == what) & (known["form"] == form) & (known["condition"] == "all")]
        largest = rows.loc[(rows["aggregate"] == "mean") & (rows["protocol"] == "strict"), "value"].abs().max()
        assert largest <= most[what] <= largest + atlas.STEP[what]
    ends = [
        {axis.images[0].norm.vmax for axis in axes_of(figures()[f"atlas of {model}"][0]) if axis.images}
        for model in (NETWORK, TINY)
    ]
    assert ends[0] == ends[1] == set(most.values())


def test_without_anything_significant_the_atlas_marks_nothing() -> None:
    quiet = study()["categories"].assign(p_adjusted=0.5)
    frame = atlas.data(quiet, study()["scores"], NETWORK, list(FACTS), MODELS[NETWORK]["layers"])
    gains = frame[frame["what"] == "gain"]
    assert not gains["significant"].any()
    assert not gains["peak"].any()
    figure = atlas.draw(frame, FACTS, atlas.limits(quiet))
    assert not any(lines_of(axis, "significant") for axis in axes_of(figure))


def test_an_emotion_that_a_dataset_has_not_is_left_blank_there() -> None:
    table = study()["categories"]
    table = table[(table["dataset"] != "song") | (table["emotion"] != "disgust")]
    frame = atlas.data(table, study()["scores"], NETWORK, list(FACTS), MODELS[NETWORK]["layers"])
    figure = atlas.draw(frame, FACTS, atlas.limits(table))
    said = [[text.get_text() for text in axis.texts] for axis in axes_of(figure) if axis.images]
    assert said == [[], ["no value"]] * 8
    assert_text_inside_and_apart(figure, "without disgust in song")


def test_the_atlas_has_room_for_four_datasets() -> None:
    made = study()
    more = {name: pd.concat([made[name], made[name].assign(dataset=made[name]["dataset"] + "-level")]) for name in USED}
    facts = FACTS | {f"{name}-level": own for name, own in FACTS.items()}
    frame = atlas.data(more["categories"], more["scores"], NETWORK, list(facts), MODELS[NETWORK]["layers"])
    figure = atlas.draw(frame, facts, atlas.limits(more["categories"]))
    assert len([axis for axis in axes_of(figure) if axis.images]) == 4 * len(CATEGORIES) * 2
    assert_text_inside_and_apart(figure, "four datasets")
