"""The machine's own Chromium: where it is, and how it is started so that it calls nobody."""

import os
import shutil
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: Path of the browser, or None; `CHROMIUM` in the environment wins.
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


def chromium_launch() -> dict[str, Any]:
    """Arguments for Playwright's `launch`."""
    switches = [
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    if os.geteuid() == 0:
        # Chromium's sandbox refuses to be started by root.
        switches.append("--no-sandbox")
    return {"executable_path": CHROMIUM, "args": switches}
