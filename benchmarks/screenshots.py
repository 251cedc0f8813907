"""The README's two pictures: the front page and the layers of the default study's report, in Chromium.

Takes `make test`'s libraries, Chromium and its driver (Debian: chromium, chromium-driver). Few colours, so that the
files stay small.

    python benchmarks/screenshots.py                               # results/report.html
    python benchmarks/screenshots.py --report ELSEWHERE/report.html
"""

import argparse
import io
import shutil
import time
from pathlib import Path

from PIL import Image
from selenium import webdriver

FOLDER = Path("docs/pictures")
WIDTH = 1100
COLOURS = 64
# Picture: what stands at its top, how many pixels down it goes.
PICTURES = {"report-front": ("body", 900), "report-layers": ("#layers", 690)}


def opened(report: Path) -> webdriver.Chrome:
    """The report in a browser without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "hide-scrollbars"):
        options.add_argument(f"--{flag}")
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    size = {"width": WIDTH, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(report.resolve().as_uri())
    time.sleep(3)  # until the live charts stand
    return browser


def shot(browser: webdriver.Chrome, top: str, height: int) -> Image.Image:
    """The page from the top of the element that `top` selects."""
    browser.execute_script("document.querySelector(arguments[0]).scrollIntoView()", top)
    time.sleep(1)
    image = Image.open(io.BytesIO(browser.get_screenshot_as_png()))
    return image.crop((0, 0, image.width, min(height, image.height))).convert("RGB").quantize(COLOURS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--report", type=Path, default=Path("results/report.html"))
    browser = opened(parser.parse_args().report)
    try:
        for name, (top, height) in PICTURES.items():
            file = FOLDER / f"{name}.png"
            shot(browser, top, height).save(file, optimize=True)
            print(f"{file}: {file.stat().st_size / 1000:.0f} kB")
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
