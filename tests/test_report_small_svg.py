"""Figures as the page holds them: fewer bytes, the same picture."""

import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import unquote

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from workflow_scripts.figures import style
from workflow_scripts.report_page.small_svg import SVG, XLINK, as_address, small

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
PLACES = ["d", "x", "y", "width", "height", "transform", "clip-path"]


def drawn(title: str = "a title") -> bytes:
    """A figure with lines, bands, a mesh, an image, markers, hatches and words."""
    with style.styled():
        figure = Figure(figsize=(4, 3), layout="constrained")
        left, right = figure.subplots(1, 2)
        places = np.linspace(0, 1, 30)
        left.plot(places, np.sin(9 * places), marker="o", label='it\'s "one" & <two> #3, 0.123456 %')
        left.fill_between(places, places / 3, places, alpha=0.123)
        left.bar([0.2, 0.8], [0.3, 0.4], hatch="//", width=0.1)
        right.pcolormesh(np.random.default_rng(1).random((4, 5)))
        right.imshow(np.random.default_rng(2).random((4, 5)), extent=(0, 5, 0, 4))
        left.legend(title=title)
        return style.as_svg(figure)


def parts(svg: str | bytes) -> list[tuple[str, str, dict[str, str]]]:
    """What is drawn, in order: tag, words, and what decides its place and look, wherever that is said."""
    root = ElementTree.fromstring(svg)
    sheet = root.find(f"{{{SVG}}}defs/{{{SVG}}}style")
    assert sheet is not None
    looks = dict(re.findall(r"\.(s\d+)\{([^}]*)\}", sheet.text or ""))
    by_name = {element.get("id"): element for element in root.iter() if element.get("id")}
    found = []
    for element in root.iter():
        if (
            element.tag in (f"{{{SVG}}}{tag}" for tag in ("svg", "g", "defs", "style", "metadata"))
            or SVG not in element.tag
        ):
            continue
        kept = {name: " ".join(element.get(name, "").split()) for name in PLACES}
        look = element.get("style") or looks.get(element.get("class", ""), "")
        kept["style"] = look.replace(" ", "")
        name = (element.get(f"{{{XLINK}}}href") or "").removeprefix("#")
        if name and not name.startswith("data:"):
            kept["of"] = by_name[name].get("d", "")
        for referred in re.findall(r"url\(#([^)]*)\)", look):
            assert by_name[referred].tag == f"{{{SVG}}}pattern"
        if clip := kept.pop("clip-path").removeprefix("url(#").removesuffix(")"):
            assert by_name[clip].tag == f"{{{SVG}}}clipPath"
        found.append((element.tag, "".join(element.itertext()).strip(), kept))
    return found


def test_nothing_is_lost_and_nothing_moves() -> None:
    file = drawn()
    made = small(file)
    assert len(made) < 0.6 * len(file)
    before, after = parts(file), parts(made)
    assert [part[:2] for part in after] == [part[:2] for part in before]
    for (tag, _, old), (_, _, new) in zip(before, after, strict=True):
        for name in old:
            if name == "style":
                assert re.sub(r"#[hn]\w+", "", new[name]) == re.sub(r"#[hn]\w+", "", old[name])
                continue
            assert NUMBER.sub("", old[name]).split() == NUMBER.sub("", new[name]).split(), (tag, name)
            places = [[float(number) for number in NUMBER.findall(kept[name])] for kept in (old, new)]
            assert places[1] == pytest.approx(places[0], abs=0.0051), (tag, name)


def test_groups_keep_what_they_say_of_their_parts() -> None:
    file = drawn()
    clipped = ElementTree.fromstring(file).findall(f".//{{{SVG}}}g[@clip-path]")
    assert len(ElementTree.fromstring(small(file)).findall(f".//{{{SVG}}}g[@clip-path]")) == len(clipped) > 0


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20))
@example("\"&#%'<>$`")
@example(" a  b ")
def test_words_stay_as_they_are_also_as_an_address(words: str) -> None:
    text = ElementTree.Element(f"{{{SVG}}}text")
    text.text = words
    svg = ElementTree.Element(f"{{{SVG}}}svg", {"viewBox": "0 0 1 1"})
    svg.append(text)
    address = as_address(small(ElementTree.tostring(svg)))
    assert not set('"#&\n') & set(address)
    head, _, rest = address.partition(",")
    assert head == "data:image/svg+xml"
    read = ElementTree.fromstring(unquote(rest, errors="strict"))
    assert "".join(read.itertext()) == words


def test_what_scales_stays_exact_and_words_keep_their_parts() -> None:
    parts = [
        '<text x="1.23456">a<tspan> b </tspan> c</text>',
        '<image transform="matrix(0.744186 0 0 0.0041 1.23456 2)"/>',
        '<path id="k" d="M .5 1e-05 L 1.23456 -0.00004"/>',
        '<path id="gone" transform="translate(1.23456 2) scale(0.0041)"/>',
    ]
    sheet = "<defs><style>#k{fill:red}</style></defs>"
    made = small(f'<svg xmlns="{SVG}">{sheet}{"".join(parts)}</svg>'.encode())
    root = ElementTree.fromstring(made)
    text, image, kept, moved = list(root)[1:]
    assert "".join(text.itertext()) == "a b  c"
    assert image.get("transform") == "matrix(0.744186 0 0 0.0041 1.23456 2)"
    assert (kept.get("id"), kept.get("d")) == ("k", "M .5 1e-05 L 1.23 0")
    assert (moved.get("id"), moved.get("transform")) == (None, "translate(1.23 2) scale(0.0041)")
