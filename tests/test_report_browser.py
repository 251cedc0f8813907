"""The report in a real browser, without a network: a page with every section, at a desk, on a telephone, on paper."""

import base64
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from whole_report import page_of_everything

DESK, TELEPHONE = 1280, 400
# The network that is explained; that of the first choice is not.
EXPLAINED = "#explanation&dataset=speech&model=wavlm-large&layer=1&emotion=sad"
PAPER = 680, 940  # pixels within the margins: across A4, down a US letter
PATIENCE = 300  # seconds that a script may take on a busy machine
NUMBER = r"(?<![\d.])\d+(?:\.\d+)?"
SIGNED = rf"[+\u2212-]?{NUMBER}"
INTERVAL = re.compile(rf"(?P<value>{SIGNED})(?P<share> %| points)? \[(?P<low>{SIGNED}), (?P<high>{SIGNED})\]")
SENTENCES = """return [...document.querySelectorAll('figure[data-chart]')].filter((one) => one.made?.rows?.length)
    .map((one) => [one.id, one.querySelector('.says').textContent, one.made.rows])"""


def of_matrix(cells: pd.DataFrame) -> list[float]:
    same, within = (cells[f"first_{what}"] == cells[f"second_{what}"] for what in ("emotion", "dataset"))
    own = cells[same & ~within]["value"]
    return [own.mean(), float(len(own)), cells[within]["value"].mean()]


def of_recalls(recalls: pd.DataFrame) -> list[float]:
    changed = recalls[recalls["condition"] == "two-stage"]["changed"].astype(bool).sum()
    return [float(changed), float(recalls.groupby(["tuner", "condition"])["n_clips"].sum().max())]


# What sentences say of several rows together.
OF_ROWS: dict[str, Callable[[pd.DataFrame], list[float]]] = {
    "live-distance_matrix": of_matrix,
    "live-distance_shifts": lambda shifts: [float((shifts["feature"] != "").sum())],
    "live-transfer_recalls": of_recalls,
    "live-transfer_claims": lambda claims: [float((claims["p_adjusted"] <= 0.05).sum())],
}
SPECTROGRAMS = "clips/"  # lie beside the page; here there are none


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(page_of_everything())
    return file


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("chromium and chromedriver are not installed")
    options, profile = webdriver.ChromeOptions(), tmp_path_factory.mktemp("profile")
    options.binary_location = chromium
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "disable-sync",
                 "disable-background-networking", "disable-component-update", "disable-quic",
                 "host-resolver-rules=MAP * ~NOTFOUND", f"user-data-dir={profile}"):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    opened.command_executor.client_config.timeout = PATIENCE
    opened.set_script_timeout(PATIENCE)
    yield opened
    opened.quit()


def opened(browser: Any, file: Path, width: int, place: str = "") -> Any:
    """The browser with the page open at a width, all its figures drawn."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get("about:blank")
    browser.get(file.as_uri() + place)
    until(browser, "return document.documentElement.classList.contains('figures')")
    return browser


def until(browser: Any, script: str, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not browser.execute_script(script):
        assert time.monotonic() < end, f"never came true: {script}"
        time.sleep(0.05)


def drawn(browser: Any) -> None:
    """Draws every figure, as a reader does who goes through the whole page."""
    browser.execute_script("document.querySelectorAll('figure[data-chart]').forEach((figure) => figures.draw(figure))")


@pytest.mark.parametrize(("width", "place"), [(DESK, ""), (DESK, EXPLAINED), (TELEPHONE, EXPLAINED)])
def test_every_figure_is_drawn_offline_without_an_error_and_nothing_is_cut(
    browser: Any, file: Path, width: int, place: str
) -> None:
    drawn(opened(browser, file, width, place))
    said = [entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    assert [message for message in said if SPECTROGRAMS not in message] == []
    empty = "return [...document.querySelectorAll('figure[data-chart]')].filter((figure) => figure.hidden).length"
    assert browser.execute_script(empty) == 0
    assert len(browser.find_elements("css selector", ".chart .main-svg")) >= 20
    assert browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth") <= 0
    beyond = """return [...document.querySelectorAll('.chart')].flatMap((chart) => {
        const box = chart.getBoundingClientRect();
        return [...chart.querySelectorAll('text')].filter((text) => {
            const own = text.getBoundingClientRect();
            return own.width && (own.left < box.left - 2 || own.right > box.right + 2);
        }).map((text) => `${chart.parentElement.id}: ${text.textContent}`);
    })"""
    assert browser.execute_script(beyond) == []
    web = "return performance.getEntriesByType('resource').filter((entry) => /^http/.test(entry.name)).length"
    assert browser.execute_script(web) == 0


def test_one_choice_drives_all_figures_and_the_address_keeps_it(browser: Any, file: Path) -> None:
    opened(browser, file, DESK, "#explanation&dataset=song&model=hubert-base&layer=1&emotion=sad&protocol=paper1")
    selects = "[...document.querySelectorAll('#choice select')]"
    chosen = f"return Object.fromEntries({selects}.map((one) => [one.name, one.value]))"
    wanted = {"dataset": "song", "model": "hubert-base", "layer": "1", "emotion": "sad", "protocol": "paper1"}
    assert browser.execute_script(chosen) == wanted
    drawn(browser)
    says = "return document.querySelector('#live-recall_by_emotion .says').textContent"
    assert re.search(r"song.*hubert-base.*paper1.*layer 1, sad", browser.execute_script(says))
    browser.execute_script("""const select = document.querySelector('select[name=dataset]');
        select.value = 'speech'; select.dispatchEvent(new Event('change'))""")
    drawn(browser)
    assert "of speech" in browser.execute_script(says)
    assert "dataset=speech" in browser.execute_script("return location.hash")
    hidden = "return [...document.querySelectorAll('#layers [data-of-dataset]')].map((part) => [part.id, part.hidden])"
    assert dict(browser.execute_script(hidden))["layers-song"] is True
    browser.get("about:blank")
    browser.get(file.as_uri() + "#layers%&dataset=nowhere&layer=99")
    until(browser, "return document.documentElement.classList.contains('figures')")
    assert browser.execute_script(chosen)["dataset"] == "speech"
    to_song = "const link = document.querySelector('a[data-choice*=\"dataset=song\"]'); link.click(); return link.hash"
    assert browser.execute_script(to_song).startswith("#")
    assert browser.execute_script(chosen)["dataset"] == "song"


def test_where_the_scripts_stop_the_page_is_as_it_is_without_them(browser: Any, file: Path) -> None:
    broken = file.with_name("broken.html")
    broken.write_text(file.read_text().replace("new DecompressionStream(", "new NoSuchStream("))
    browser.get(broken.as_uri())
    until(browser, "return document.readyState === 'complete' && document.documentElement.className === ''")
    figures = "[...document.querySelectorAll('.static figure')].filter((one) => one.getClientRects().length)"
    shown = browser.execute_script(f"return {figures}.map((one) => one.id)")
    assert {"speech_layer_curves", "song_layer_curves"} <= set(shown)
    assert "NoSuchStream" in "".join(entry["message"] for entry in browser.get_log("browser"))


def test_a_figure_gives_the_numbers_that_it_shows(browser: Any, file: Path) -> None:
    drawn(opened(browser, file, DESK, "#layers&dataset=speech&protocol=strict"))
    text = browser.execute_script("return csv(document.getElementById('live-confusion').made.rows)")
    head, *rows = text.strip().split("\n")
    assert head.split(",")[:2] == ["dataset", "model"]
    assert len(rows) == 36
    shares = browser.execute_script("return document.getElementById('live-confusion').made.data[0].z")
    assert sum(map(sum, shares)) == pytest.approx(6)


def test_the_sentence_of_a_chart_gives_the_numbers_that_it_shows(browser: Any, file: Path) -> None:
    seen, bounded = set(), 0
    for place in ("", EXPLAINED):
        drawn(opened(browser, file, DESK, place))
        for name, says, rows in browser.execute_script(SENTENCES):
            seen.add(name)
            for shown in INTERVAL.finditer(says):
                ends = [shown[part].replace("\u2212", "-") for part in ("value", "low", "high")]
                assert any(all(shows(one, row.values(), bool(shown["share"])) for one in ends) for row in rows), (
                    name, shown[0],
                )  # fmt: skip
                bounded += 1
            table = pd.DataFrame(rows)
            words = {word for row in rows for value in row.values() for word in re.findall(NUMBER, str(value))}
            counts = {len(rows), *(size for column in table for size in table[column].astype(str).value_counts())}
            shares = OF_ROWS.get(name, lambda rows: [])(table)
            for shown in re.finditer(rf"({NUMBER})( %| points)?", INTERVAL.sub("", says)):
                known = not shown[2] and (shown[1] in words or float(shown[1]) in counts)
                values = [value for row in [*(row.values() for row in rows), shares] for value in row]
                assert known or shows(shown[1], values, bool(shown[2]), signed=False), (name, shown[0], says)
    charts = browser.execute_script("return [...document.querySelectorAll('figure[data-chart]')].map((one) => one.id)")
    assert set(charts) == seen
    assert bounded > 30


def shows(shown: str, values: Iterable[Any], share: bool, signed: bool = True) -> bool:
    """Whether a number as written, perhaps in per cent, is one of these, as exact as it is written."""
    exact = 10.0 ** -len(shown.partition(".")[2]) / 2 + 1e-9
    numbers = [value for value in values if isinstance(value, int | float)]
    return any(
        abs(float(shown) - (100 if share else 1) * (value if signed else abs(value))) <= exact for value in numbers
    )


def test_tables_sort_and_images_can_be_saved(browser: Any, file: Path) -> None:
    opened(browser, file, DESK)
    button = browser.find_element("xpath", "//section[@id='papers']//button[text()='printed']")
    place = browser.execute_script("return arguments[0].closest('th').cellIndex", button)
    rows = "[...arguments[0].closest('table').tBodies[0].rows]"
    column = f"return {rows}.map((row) => parseFloat(row.cells[{place}].textContent))"
    for descending in (False, True):
        browser.execute_script("arguments[0].click()", button)
        values = browser.execute_script(column, button)
        assert values == sorted(values, reverse=descending)
    links = browser.execute_script(
        "return [...document.querySelectorAll('a.image')].map((one) => one.href.slice(0, 19))"
    )
    assert set(links) == {"data:image/svg+xml,"}


@pytest.mark.parametrize("width", [DESK, pytest.param(TELEPHONE, marks=pytest.mark.long)])
def test_axe_finds_nothing_serious(browser: Any, file: Path, width: int) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    drawn(opened(browser, file, width, EXPLAINED))
    browser.execute_script((Path(axe.__file__).parent / "axe.min.js").read_text())
    # a figure is one image with its words to those who do not see it: what is drawn inside is not read
    run = "const done = arguments[0]; axe.run({exclude: [['.chart svg']]}).then((found) => done(found.violations))"
    serious = [
        (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
        for one in browser.execute_async_script(run)
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_on_paper_the_chosen_figures_stand_whole(browser: Any, file: Path) -> None:
    opened(browser, file, DESK)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    images = "[...document.querySelectorAll('figure img')].filter((one) => one.getClientRects().length)"
    shown = f"return {images}.map((one) => one.closest('figure').id)"
    figures = browser.execute_script(shown)
    live = "return [...document.querySelectorAll('.live, #bar')].filter((one) => one.getClientRects().length).length"
    on_screen = browser.execute_script(live)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert on_screen == 0
    assert "speech_layer_curves" in figures
    assert "song_layer_curves" not in figures
    folded = "document.querySelectorAll('details:not([open])').length"
    browser.execute_script(f"addEventListener('beforeprint', () => {{ window.foldedOnPaper = {folded} }})")
    before = browser.execute_script(f"return {folded}")
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert browser.execute_script("return window.foldedOnPaper") == 0
    assert browser.execute_script(f"return {folded}") == before > 0
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")


def test_on_paper_no_figure_and_no_table_is_cut(browser: Any, file: Path) -> None:
    width, height = PAPER
    opened(browser, file, width)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    browser.execute_script("document.querySelectorAll('figure').forEach((one) => { one.hidden = false; })")
    boxes = """return [...document.querySelectorAll('figure, table')].filter((one) => one.getClientRects().length)
        .map((one) => { const box = one.getBoundingClientRect(); const rule = getComputedStyle(one).breakInside;
            return [one.tagName, one.id || one.textContent.trim().slice(0, 60), box.right, box.height, rule]; })"""
    parts = browser.execute_script(boxes)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    figures = [part for part in parts if part[0] == "FIGURE"]
    assert len(figures) > 5
    assert [name for _, name, _, tall, rule in figures if tall > height or rule != "avoid"] == []
    assert [(name, right) for _, name, right, *_ in parts if right > width + 1] == []
