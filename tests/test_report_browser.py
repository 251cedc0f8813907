"""The report in a real browser, without a network."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_report import page


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "disable-sync",
                 "disable-background-networking", "disable-component-update", "disable-quic",
                 "host-resolver-rules=MAP * ~NOTFOUND", f"user-data-dir={tmp_path / 'profile'}"):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


@pytest.mark.parametrize("width", [1280, 400])
def test_page_opens_offline_in_a_browser(browser: Any, tmp_path: Path, width: int) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(True))
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(file.as_uri())
    severe = [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    assert severe == []
    wide = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert len(browser.find_elements("css selector", ".chart .main-svg")) >= 2
    broken = "return [...document.images].filter(image => !image.complete || image.naturalWidth === 0).length"
    assert browser.execute_script(broken) == 0
    assert (
        browser.execute_script(
            "return performance.getEntriesByType('resource').filter(e => /^http/.test(e.name)).length"
        )
        == 0
    )


def test_tables_sort_and_images_can_be_saved(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page())
    browser.get(file.as_uri())
    button = browser.find_element("xpath", "//section[@id='papers']//button[text()='printed']")
    column = (
        "return [...document.querySelectorAll('#papers tbody tr')].map(row => parseFloat(row.cells[4].textContent))"
    )
    for descending in (False, True):
        browser.execute_script("arguments[0].click()", button)
        values = browser.execute_script(column)
        assert values == sorted(values, reverse=descending)
    links = browser.execute_script("return [...document.querySelectorAll('a.image')].map(a => a.href.slice(0, 19))")
    assert set(links) == {"data:image/svg+xml;"}
