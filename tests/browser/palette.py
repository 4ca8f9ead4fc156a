"""Pictures of screens as small PNG files: at most 256 colours, which flat colours and grey edges of letters never miss.

Lives here: small_png.
May import: the standard library, playwright.
Never: a picture whose colours matter, such as a photograph.
"""

import base64
import struct
import zlib

from playwright.sync_api import Page

# The browser reads its own picture: the most frequent colours stay, every other becomes the nearest of them.
_INDEX = """async (encoded) => {
  const blob = await (await fetch(`data:image/png;base64,${encoded}`)).blob();
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([pixel]) => pixel);
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const known = palette.map(parts);
  const index = new Map(palette.map((pixel, at) => [pixel, at]));
  const nearest = (pixel) => {
    const [r, g, b] = parts(pixel);
    let best = 0;
    let least = Infinity;
    known.forEach(([x, y, z], at) => {
      const distance = (x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2;
      if (distance < least) [best, least] = [at, distance];
    });
    index.set(pixel, best);
    return best;
  };
  const indices = Uint8Array.from(pixels, (pixel) => index.get(pixel) ?? nearest(pixel));
  let text = '';
  for (let at = 0; at < indices.length; at += 32768) {
    text += String.fromCharCode(...indices.subarray(at, at + 32768));
  }
  return {width: bitmap.width, height: bitmap.height, palette: known.flat(), indices: btoa(text)};
}"""


def small_png(page: Page, picture: bytes) -> bytes:
    """The picture with a palette (PNG, colour type 3). `page`: any page whose policy lets it read data."""
    found = page.evaluate(_INDEX, base64.b64encode(picture).decode())
    width, height = found["width"], found["height"]
    indices = base64.b64decode(found["indices"])
    rows = b"".join(b"\0" + indices[at : at + width] for at in range(0, width * height, width))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(found["palette"])),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
