# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A browser without a window for the tests of the report."""

from __future__ import annotations

import base64
import os
import typing as t
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1500,1000")


class Browser:
    """Chromium with one page.

    Args:
        binary: path of the browser.
        driver: path of its driver.
    """

    def __init__(self, binary: str = "/usr/bin/chromium", driver: str = "/usr/bin/chromedriver") -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = binary
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(driver))
        self.axe = Path(os.environ["SYNCREADY_AXE"]).read_text(encoding="utf-8")

    def open(self, page: Path, scheme: str = "light", width: int = 1500) -> None:
        """Open a page; forget what the console said before."""
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False},
        )
        self.console()
        self.driver.get(page.as_uri())

    def run(self, script: str, *arguments: t.Any) -> t.Any:
        """Run a script in the page and return what it returns."""
        return self.driver.execute_script(script, *arguments)

    def console(self) -> list[str]:
        """Return what the console said since the last question."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def press(self, key: str, times: int = 1) -> None:
        """Press a key, by its name in the browser."""
        codes = {
            "Enter": 13,
            "Escape": 27,
            "Home": 36,
            "End": 35,
            "ArrowDown": 40,
            "ArrowUp": 38,
            "PageDown": 34,
            "Tab": 9,
        }
        for _time in range(times):
            event: dict[str, t.Any] = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key[0].upper()))}
            if len(key) == 1 or key == "Enter":
                event["text"] = "\r" if key == "Enter" else key
            self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", **event})
            self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    def faults(self) -> list[str]:
        """Return what axe finds serious or critical: rule, impact, and the first element that has it."""
        self.run(self.axe)
        script = (
            "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations));"
        )
        found = self.driver.execute_async_script(script)
        return [
            f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary']}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]

    def picture(self, selector: str, path: Path) -> bytes:
        """Keep a picture of an element, however long it is."""
        box = self.run(
            "const r = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return {x: r.x + scrollX, y: r.y + scrollY, width: r.width, height: Math.min(r.height, 2400), scale: 1}",
            selector,
        )
        answer = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": box}
        )
        content = base64.b64decode(answer["data"])
        path.write_bytes(content)
        return content

    def pdf(self) -> bytes:
        """Print the page."""
        answer = self.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
        return base64.b64decode(answer["data"])

    def close(self) -> None:
        """End the browser."""
        self.driver.quit()
