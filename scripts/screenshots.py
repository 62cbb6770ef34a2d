"""`make screenshots`: a picture of each kind of page into docs/screenshots/, wide and narrow, both themes.

Taken from a portal of its own with the real data, and with a proposal and reports of one side that are
marked as illustrations, for the shipped data has none. Each picture keeps the top of a page, with as few
colours as its text needs, so that all together stay small enough for the repository.
"""

import base64
import itertools
import re
import struct
import sys
import zlib
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.chromium import chromium_launch  # noqa: E402
from tests.journeys.portal import Portal, served_portal  # noqa: E402
from tests.journeys.sights import PICTURES, SIGNED_IN  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
#: Width of the window → how much of a page is shown at most.
HEIGHTS = {1440: 1800, 390: 1600}
THEMES = {"light": "sang", "dark": "toi"}

# In the browser, for it decodes pictures quickly: the colours that matter, and each pixel's nearest.
_FEW_COLOURS = """
async data => {
  const picture = await createImageBitmap(await (await fetch(data)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const brush = canvas.getContext("2d");
  brush.drawImage(picture, 0, 0);
  const pixels = new Uint32Array(
    brush.getImageData(0, 0, picture.width, picture.height).data.buffer);
  const part = (colour, at) => (colour >> at) & 255;
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
  const distance = (a, b) => [0, 8, 16].reduce(
    (sum, at) => sum + (part(a, at) - part(b, at)) ** 2, 0);
  // One after the other the colour that is missed most: by how many pixels, and by how much.
  const colours = [...counts.keys()];
  const missed = new Map(colours.map(colour => [colour, 3 * 255 ** 2]));
  const palette = [];
  while (palette.length < 64 && palette.length < colours.length) {
    let next = colours[0], most = -1;
    for (const colour of colours) {
      const loss = missed.get(colour) * counts.get(colour);
      if (loss > most) { most = loss; next = colour; }
    }
    palette.push(next);
    for (const colour of colours)
      missed.set(colour, Math.min(missed.get(colour), distance(colour, next)));
  }
  const nearest = new Map();
  for (const colour of counts.keys()) {
    let best = 0, least = Infinity;
    palette.forEach((candidate, index) => {
      const far = distance(colour, candidate);
      if (far < least) { least = far; best = index; }
    });
    nearest.set(colour, best);
  }
  let rows = "";
  const block = 32768;
  const indexes = Uint8Array.from(pixels, pixel => nearest.get(pixel));
  for (let at = 0; at < indexes.length; at += block)
    rows += String.fromCharCode(...indexes.subarray(at, at + block));
  return {
    width: picture.width, height: picture.height, indexes: btoa(rows),
    palette: palette.flatMap(colour => [0, 8, 16].map(at => part(colour, at))),
  };
}
"""


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def small_png(desk: Page, png: bytes) -> bytes:
    """The same picture with at most 64 colours; ``desk``: a page to compute in, of no matter what."""
    data = "data:image/png;base64," + base64.b64encode(png).decode()
    found = desk.evaluate(_FEW_COLOURS, data)
    width, height = found["width"], found["height"]
    indexes = base64.b64decode(found["indexes"])
    rows = b"".join(b"\0" + indexes[at : at + width] for at in range(0, width * height, width))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(found["palette"])),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _sign_in(page: Page, portal: Portal, username: str) -> None:
    page.goto("/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(portal.passwords[username])
    page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(lambda address: "/dang-nhap/" not in address)


#: Reports of a side that nobody has confirmed, so that the public's pages stay as the sources have them.
_REPORTS = """
import datetime as dt
from accounts.models import User
from deliverables import actions
from deliverables.models import Deliverable
from tests import factories
officer, manager = (User.objects.get(username=name) for name in ("nghe-an", "vnpt"))
day = dt.date(2020, 11, 30)
rows = Deliverable.objects.filter(phase__slug="nghe-an-2014-2020", area__position=1).order_by("slug")[:5]
sent = [
    factories.report(
        row, state="submitted", side="partner", author=officer, as_of="2020-11", as_of_end=day
    )
    for row in rows
]
actions.send_back(sent[0], by=manager, reason="Minh họa: đề nghị ghi rõ số văn bản nghiệm thu.")
actions.dispute(
    sent[1], by=manager, reason="Minh họa: VNPT còn đang triển khai.", counter_stage="in_progress"
)
"""


def _propose(page: Page, portal: Portal) -> str:
    """A draft of the next phase, marked as an illustration; the address of its page."""
    _sign_in(page, portal, "nghe-an")
    page.goto(SIGNED_IN["de-nghi-ky-ket"][1])
    page.get_by_label("Loại văn bản").select_option("thoa_thuan_hop_tac_chien_luoc")
    page.get_by_label("Số, ký hiệu").fill("minh họa")
    page.get_by_label("Ngày ký").fill("15/01/2026")
    page.get_by_label("Năm cuối").fill("2030")
    page.get_by_role("checkbox", name="Quý", exact=True).check()
    page.get_by_role("textbox", name="Lĩnh vực 7", exact=True).fill("Dữ liệu số (minh họa)")
    page.get_by_role("checkbox", name="Làm tiếp Trung tâm điều hành").first.check()
    page.get_by_role("button", name="Lưu nháp và xem lại").click()
    page.wait_for_url(re.compile("/ky-ket/[0-9a-f-]{36}/$"))
    return urlsplit(page.url).path


def _context(browser: Browser, portal: Portal, width: int, theme: str) -> BrowserContext:
    return browser.new_context(
        base_url=portal.url,
        color_scheme=theme,  # type: ignore[arg-type]
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        viewport={"width": width, "height": 900},
    )


def _prepare(browser: Browser, portal: Portal) -> dict[str, str]:
    """What the shipped data has none of: periods that were agreed on, a proposal. Addresses by picture."""
    portal.manage("make_periods", "nghe-an-2014-2020", "--kind", "year")
    portal.manage("shell", "-c", _REPORTS)
    context = _context(browser, portal, 1440, "light")
    found = {"de-nghi-ky-ket": _propose(context.new_page(), portal)}
    context.close()
    return found


def _visitors(found: dict[str, str]) -> dict[str, dict[str, str]]:
    """Who looks at which pages; the empty name is whoever has not signed in."""
    visitors = {"": dict(PICTURES)}
    for name, (username, address) in SIGNED_IN.items():
        visitors.setdefault(username, {})[name] = found.get(name, address)
    return visitors


def _take_all(browser: Browser, portal: Portal) -> None:
    desk = browser.new_page()
    visitors = _visitors(_prepare(browser, portal))
    for width, theme, username in itertools.product(HEIGHTS, THEMES, visitors):
        context = _context(browser, portal, width, theme)
        page = context.new_page()
        if username:
            _sign_in(page, portal, username)
        for name, address in visitors[username].items():
            page.goto(address, wait_until="networkidle")
            height = page.evaluate("document.documentElement.scrollHeight")
            clip = {"x": 0, "y": 0, "width": width, "height": min(height, HEIGHTS[width])}
            png = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
            (FOLDER / f"{name}-{width}-{THEMES[theme]}.png").write_bytes(small_png(desk, png))
        context.close()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served_portal() as portal, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_launch())
        _take_all(browser, portal)
        browser.close()
    kept = {
        f"{name}-{w}-{t}.png"
        for name in (*PICTURES, *SIGNED_IN)
        for w in HEIGHTS
        for t in THEMES.values()
    }
    for file in FOLDER.glob("*.png"):
        if file.name not in kept:
            file.unlink()
    size = sum(file.stat().st_size for file in FOLDER.glob("*.png"))
    print(f"{len(kept)} ảnh, {size / 2**20:.1f} MB: {FOLDER.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
