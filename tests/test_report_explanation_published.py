"""Sentences on scores as published and on printed figures."""

from made_up_explanation import ACOUSTIC, NETWORK
from study_with_distances import starting
from study_with_explanation import LAST, given, made, of_last, said


def test_published_scores_stand_beside_strict_ones_with_chance() -> None:
    table = made()["scores"].copy()
    f1 = of_last(table)[lambda rows: (rows["metric"] == "F1") & (rows["emotion"] == "angry")]
    alone = {name: rows[rows["emotion"] == "angry"] for name, rows in made().items()}
    published = (("top", 1.0), ("all", 0.95), ("random", 0.91))
    for protocol, side, value in (*(("paper2", *one) for one in published), ("strict", "top", 0.931)):
        rows = f1[(f1["protocol"] == protocol) & (f1["side"] == side) & (f1["condition"] == "all")]
        alone["scores"].loc[rows.index, ["value", "low", "high"]] = [value, value - 0.05, value + 0.04]
    less = f1[(f1["side"] == "top-less-all") & (f1["condition"] == "all")]
    alone["scores"].loc[less.index, ["value", "low", "high"]] = [-0.01, -0.03, 0.01]
    sentences = said(given(alone))
    assert starting(sentences, "As published (paper2)").startswith(
        "As published (paper2) the top dimensions read F1 100 % for angry (as many random ones 91 % for angry); "
        "strict 93 % [88, 97] for angry (chance 70 %)."
    )
    assert starting(sentences, "Choosing the dimensions") == (
        "Choosing the dimensions with the tested clips changes F1 against all dimensions by +5 points for angry; "
        "choosing them inside the training speakers by -1 points [-3, +1] for angry."
    )


def test_without_paper2_nothing_is_said_as_published() -> None:
    strict = {name: table[table["protocol"] == "strict"] for name, table in made().items() if "protocol" in table}
    sentences = said(given(strict))
    assert not any(
        "published" in sentence.lower() for sentence in sentences if not sentence.startswith("Paper 2 printed")
    )


def test_a_network_that_was_not_made_as_published_is_named() -> None:
    assert not any("nothing as published" in sentence for sentence in said(given()))
    table = made()["scores"]
    without = table[(table["protocol"] == "strict") | (table["model"] != NETWORK)]
    sentence = starting(said(given({"scores": without})), f"Of {NETWORK} (layer {LAST}) there is no full curve")
    assert "nothing as published (paper2), since `explanation.curves` names none of its layers" in sentence
    strict = given({"scores": table[table["protocol"] == "strict"]})
    assert not any("nothing as published" in sentence for sentence in said(strict))


def test_printed_scores_stand_beside_those_of_the_study() -> None:
    sentence = starting(said(given()), "Paper 2 printed F1")
    assert "of 76 to 94 % from acoustic features, 83 to 100 % from all dimensions and 96 to 100 %" in sentence
    assert f"here, {ACOUSTIC} and {NETWORK} on speech, it is as published" in sentence
    assert not any(one.startswith("Paper 2 printed") for one in said(given(), "song"))
    alone = made()["papers"].assign(dataset="")
    assert not any(one.startswith("Paper 2 printed") for one in said(given({"papers": alone})))
