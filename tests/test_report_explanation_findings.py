"""Sentences of the report on what the embeddings know say what the tables hold, and no more than that."""

from made_up_explanation import ACOUSTIC
from study_with_distances import starting
from study_with_explanation import LAST, MODELS, given, made, of_last, one_claimed, said
from written_numbers import numbers_in, written

from workflow_scripts.report_page import explanation_findings


def test_numbers_of_the_sentences_stand_in_their_rows() -> None:
    tables = {**made(), **one_claimed()}
    scores, stability = of_last(tables["scores"]), of_last(tables["stability"])
    ends = ("value", "low", "high", "chance")
    gains, orders = tables["gains"], tables["orders"]
    decimals = {f"{abs(value):.{n}f}" for n in (2, 3) for c in ("gain", "low", "high") for value in gains[c].dropna()}
    claimed = {f"{number}" for number in of_last(gains).groupby(["condition", "form", "emotion"])["claimed"].sum()}
    expected = {
        "In speech": (written(scores, columns=ends) | {LAST, "1024", "24"}, 8),
        "Its ": (
            written(scores, columns=(*ends, "p")) | {f"{k:g}" for k in scores["k"]} | {"0.05", "24", "5", "1024"},
            12,
        ),
        "Within the emotion, the": ({"0.12", "0.05", "0.19", "94", LAST, "24"}, 6),
        "Of 88": (decimals | claimed | {"88", "24", "0"}, 2),
        "Paper 2's": (written(orders, columns=("probability",)) | {"2", "0", "5"}, 4),
        "Random halves": (
            {f"{abs(value):.{n}f}" for n in (2, 3) for c in ends[:3] for value in stability[c]} | {"1", "0", "24"},
            8,
        ),
    }
    sentences = said(given(one_claimed()))
    for start, (numbers, fewest) in expected.items():
        sentence = starting(sentences, start)
        assert len(numbers_in(sentence)) >= fewest, sentence
        for number in numbers_in(sentence):
            assert number in numbers, f"{number} of {sentence!r} is not in its rows"


def test_one_emotion_needs_no_correction() -> None:
    alone = {name: table[table["emotion"] == "angry"] for name, table in made().items()}
    sentences = said(given(alone))
    assert not any("Holm over" in sentence for sentence in sentences)
    assert not any(") to " in sentence for sentence in sentences if not sentence.startswith("Paper 2 printed"))
    assert "is not the most probable, with 0 %" in starting(sentences, "Paper 2's order")


def test_acoustic_features_alone_are_told_of_and_encode_nothing() -> None:
    alone = {name: table[table["model"] == ACOUSTIC] for name, table in made().items()}
    about = given(alone, models={ACOUSTIC: MODELS[ACOUSTIC]})
    sentences = said(about)
    assert sentences[0].startswith(f"In speech, {ACOUSTIC} (all 88 dimensions) tells emotions from neutral")
    assert not any(sentence.startswith(("Within", "Of 88", "The plain", "Paper 2's")) for sentence in sentences)
    assert explanation_findings.of_networks(about) == []
    assert starting(sentences, f"When {ACOUSTIC} itself")


def test_one_dataset_and_one_against_the_rest() -> None:
    tables = {name: table[table["dataset"] == "song"] for name, table in made().items()}
    against = {name: table.assign(against="rest") for name, table in tables.items() if "against" in table}
    about = given({**tables, **against}, explained=["song"])
    assert "tells emotions from the other emotions" in said(about, "song")[0]
    sentence = explanation_findings.of_networks(about)[0]
    assert "in song" in sentence
    assert "in speech" not in sentence


def test_empty_tables_make_no_sentence() -> None:
    empty = given({name: table.iloc[:0] for name, table in made().items()})
    assert said(empty) == []
    assert explanation_findings.of_networks(empty) == []
    for name in ("gains", "categories", "orders", "stability", "importance", "papers"):
        assert 0 < len(said(given({name: made()[name].iloc[:0]}))) < len(said(given()))
