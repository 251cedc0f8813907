"""The figure of printed numbers: they stand beside those of the study, or alone."""

from drawn_explanation import axes_of, figures, foot_of, lines_of, points_of, spans_of, study


def test_printed_figures_stand_beside_both_forms_or_alone() -> None:
    figure, _ = figures()["papers"]
    shown, papers = axes_of(figure), study()["papers"]
    for axis, side in zip(shown, ("acoustic", "all", "top"), strict=False):
        rows = papers[(papers["what"] == "F1") & (papers["side"] == side)]
        assert spans_of(axis, "printed range") == list(
            rows[["printed_low", "printed_high"]].itertuples(index=False, name=None)
        )
        for kind in ("published", "strict", "chance"):
            assert [x for x, _ in points_of(axis, kind)] == list(rows[kind])
        assert spans_of(axis, "strict range") == list(
            rows[["strict_low", "strict_high"]].itertuples(index=False, name=None)
        )
    heads = [text.get_text() for axis in figure.axes if not axis.axison for text in axis.texts]
    assert [head.endswith("printed figures alone") for head in heads] == [False, False, True, False, True]
    assert "no counterpart of SAVEE" in foot_of(figure)
    alone = [axis for axis in shown if not lines_of(axis, "strict")]
    assert len(alone) == 8
    known = papers[(papers["corpus"] == "SAVEE") & (papers["what"] == "shap") & (papers["category"] == "Energy")]
    assert [x for x, _ in points_of(alone[0], "printed")] == list(known["printed_low"])


def test_printed_values_that_are_not_legible_leave_a_gap() -> None:
    papers = study()["papers"]
    missing = papers[papers["printed_low"].isna()]
    assert len(missing) == 1
    drawn = sum(len(lines_of(axis, "printed")) for axis in axes_of(figures()["papers"][0]))
    assert drawn == len(papers) - 1
