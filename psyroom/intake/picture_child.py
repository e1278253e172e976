"""The child process in which a picture or a PDF from outside is opened: a line of JSON and the bytes on standard input,
a line of JSON and bytes on standard output.

`python -m psyroom.intake.picture_child`. As with a roster, a hostile file can end this process and nothing else; it may
write no file at all, so nothing plain can come to lie in a temporary folder. Sizes are read from the head of a file
before anything is unpacked.
"""

from __future__ import annotations

import io
import json
import re
import struct
import sys
from collections.abc import Callable
from typing import Any

from psyroom.intake import child
from psyroom.intake.refusal import BAD, ENCRYPTED, HOSTILE, Refusal

MOST_MEMORY = 1_000_000_000
"""Of addresses; what is really used stays below 500 MB, since the sizes below are looked at first."""
MOST_PIXELS = 40_000_000
MOST_PIXELS_JPEG = 125_000_000
"""A photograph is unpacked at an eighth, a quarter or a half of its size; a telephone's largest has 108 million."""
MOST_SIDE = 60_000
MOST_PARTS = 20_000
MOST_SCANS = 64
"""A progressive JPEG has about ten; each makes the reader walk the whole picture once more."""
EDGES = (2400, 2000, 1700, 1400, 1200, 1000, 800, 600, 400)
"""Longest edge in pixels, tried in turn. 2400 over an A4 sheet is 205 dpi: small print and a signature stay readable."""
QUALITIES = (85, 75, 65, 55, 45)
"""Before the edge: of a photographed page more points are read more easily than finer ones."""
LARGEST_SHOWN = 5000
"""Pixels along the longest edge of what is shown at once."""
BROKEN = "文件不完整或已损坏，请重新拍照、扫描或另存一份"


def main() -> int:
    wanted = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    child.limit()
    _limit_memory()
    answer: dict[str, Any]
    body = b""
    try:
        answer, body = DOES[wanted.pop("do")](data, **wanted)
    except Refusal as refusal:
        answer = {"refused": refusal.kind, "why": refusal.why}
    except MemoryError:
        answer = {"refused": HOSTILE, "why": "展开后大得不正常"}
    except Exception:  # noqa: BLE001 - a broken file makes its readers fail in a hundred ways, and only it is to blame
        answer = {"refused": BAD, "why": BROKEN}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n" + body)
    sys.stdout.buffer.flush()
    return 0


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


# ---- a picture that is put in ----------------------------------------------------------------------------------


def fit(data: bytes, media: str, most: int, original: bool) -> tuple[dict[str, Any], bytes]:
    """A PDF looked at and left as it is; a picture without anything that was written beside its pixels (place, time,
    camera, what an app added), turned the right way up, and small enough unless the original is asked for."""
    if media == "application/pdf":
        return {"pages": _pages(data)}, b""
    image = _opened(data, media)
    turn = _orientation(image)
    if original and media == "image/jpeg":
        bare = without_words(data, turn)
        _opened(bare, media).resize((8, 8))  # it unpacks to its end, and so will what is kept
        return {"media": media}, bare
    if original:
        return {"media": "image/png"}, _png(_upright(_flat(image), turn))
    return {"media": "image/jpeg"}, _small_enough(image, turn, most)


def _small_enough(image: Any, turn: int, most: int) -> bytes:
    for edge in EDGES:
        if edge != EDGES[0] and max(image.size) <= edge:
            continue
        image = _within(image, edge)
        straight = _upright(image, turn)
        for quality in QUALITIES:
            out = io.BytesIO()
            straight.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= most:
                return out.getvalue()
    raise Refusal(BAD, "画面太杂，缩小后仍然太大，请换一张")


def _opened(data: bytes, media: str) -> Any:
    """The picture with its head read and its size found harmless. Raises `Refusal`."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own bounds stand below, and the reader's warning would go to nobody
    _check_parts(data, media)
    name = {"image/jpeg": "JPEG", "image/png": "PNG", "image/bmp": "BMP", "image/webp": "WEBP"}[media]
    image = Image.open(io.BytesIO(data), formats=(name,))
    wide, tall = image.size
    plain_jpeg = media == "image/jpeg" and not image.info.get("progressive")
    if wide < 1 or tall < 1 or max(wide, tall) > MOST_SIDE:
        raise Refusal(HOSTILE, f"画面有 {wide}×{tall} 点，大得不正常")
    if wide * tall > (MOST_PIXELS_JPEG if plain_jpeg else MOST_PIXELS):
        raise Refusal(HOSTILE, f"画面有 {wide}×{tall} 点，太大了，请先缩小再放进来")
    return image


def _check_parts(data: bytes, media: str) -> None:
    """What makes a reader slow or greedy before it even says how large the picture is."""
    if media == "image/jpeg" and data.count(b"\xff\xda") > MOST_SCANS:
        raise Refusal(HOSTILE, "里面重复的部分太多")
    if media == "image/png":
        at, parts = 8, 0
        while at + 8 <= len(data) and parts <= MOST_PARTS:
            at += 12 + int.from_bytes(data[at : at + 4], "big")
            parts += 1
        if parts > MOST_PARTS:
            raise Refusal(HOSTILE, "里面的部件太多")
    if media == "image/bmp" and len(data) >= 34 and data[30:34] not in (b"\0\0\0\0", b"\3\0\0\0"):
        raise Refusal(BAD, "这种 BMP 图片读不了，请另存为 JPG 再放进来")
    if media == "image/webp":
        wide, tall = _webp_size(data)
        if wide * tall > MOST_PIXELS:  # its reader asks for the whole canvas at once
            raise Refusal(HOSTILE, f"画面有 {wide}×{tall} 点，太大了，请先缩小再放进来")


def _webp_size(data: bytes) -> tuple[int, int]:
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    return 16_384, 16_384 if data[12:16] not in (
        b"VP8 ",
        b"VP8L",
    ) else 1  # at most 16,384 a side; its head is read next


def _orientation(image: Any) -> int:
    """How a camera held sideways is to be turned (EXIF 0x0112: 1 to 8); 1 where nothing readable says so."""
    try:
        turn = int(image.getexif().get(0x0112, 1))
    except Exception:  # noqa: BLE001 - what is written beside the pixels is thrown away in any case
        return 1
    return turn if 1 <= turn <= 8 else 1


def _upright(image: Any, turn: int) -> Any:
    from PIL.Image import Transpose

    ways = {2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
            6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90}  # fmt: skip
    return image.transpose(ways[turn]) if turn in ways else image


def _within(image: Any, edge: int) -> Any:
    """The picture with no side longer than `edge`, in plain red, green, blue, and nothing beside its pixels."""
    from PIL.Image import Resampling

    if max(image.size) > edge:
        image.draft("RGB", (edge, edge))
        if image.mode in ("P", "1"):
            image = _flat(image)
        share = edge / max(image.size)
        if share < 1:
            size = (max(1, round(image.size[0] * share)), max(1, round(image.size[1] * share)))
            image = image.resize(size, Resampling.LANCZOS, reducing_gap=2.0)
    return _flat(image)


def _flat(image: Any) -> Any:
    """On white where it was see-through, eight bits a colour, without what its file said of itself."""
    from PIL import Image

    image.load()
    if image.mode.startswith("I") or image.mode == "F":  # sixteen bits of grey, as some scanners write
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode in ("P", "PA", "LA", "RGBA", "La", "RGBa") and (image.mode != "P" or "transparency" in image.info):
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, (255, 255, 255))
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    if image.mode != "RGB":
        image = image.convert("RGB")
    image.info = {}
    return image


def _png(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


_BESIDE = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
"""The next mark in a JPEG's own stream, where 0xFF stands for itself only before 0x00."""


def without_words(data: bytes, turn: int) -> bytes:
    """The same JPEG, pixel for pixel, without EXIF, GPS, comments, previews, and without what phones append behind it (a
    second picture, a moving one). Only which way up it is stays said. Raises `Refusal`."""
    out = [b"\xff\xd8"]
    if turn != 1:
        tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turn, 0, 0)
        out.append(b"\xff\xe1" + struct.pack(">H", 8 + len(tiff)) + b"Exif\0\0" + tiff)
    at, parts, mark = 2, 0, 0
    while found := _BESIDE.search(data, at):
        if mark == 0xDA:  # what follows a scan's head is the picture itself
            out.append(data[at : found.start()])
        mark, start = found.group(1)[0], found.start()
        if mark == 0xD9:
            return b"".join([*out, b"\xff\xd9"])
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if _is_picture(mark, data[start + 4 : start + 18]):
            out.append(data[start:end])
        at, parts = end, parts + 1
        if parts > MOST_PARTS:
            raise Refusal(HOSTILE, "里面的部件太多")
    raise Refusal(BAD, BROKEN)


def _is_picture(mark: int, begins: bytes) -> bool:
    """Whether a part of a JPEG is needed to draw it: the head, tables, scans, and how its colours are meant."""
    if mark == 0xE0:
        return begins.startswith(b"JFIF\0")
    if mark == 0xE2:
        return begins.startswith(b"ICC_PROFILE\0")
    if mark == 0xEE:
        return begins.startswith(b"Adobe")
    return 0xC0 <= mark <= 0xCF or mark in (0xDA, 0xDB, 0xDD)


# ---- what is shown ---------------------------------------------------------------------------------------------


def picture(data: bytes, media: str, edge: int) -> tuple[dict[str, Any], bytes]:
    """A kept picture as rows of red, green, blue, upright, no side longer than `edge`."""
    image = _opened(data, media)
    shown = _upright(_within(image, min(edge, LARGEST_SHOWN)), _orientation(image))
    return {"width": shown.width, "height": shown.height, "stride": shown.width * 3}, shown.tobytes()


def _document(data: bytes) -> Any:
    import pypdfium2 as pdfium

    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refusal(ENCRYPTED, "加了打开密码，请先去掉密码，或打印后扫描再放进来") from error
        raise Refusal(BAD, BROKEN) from error


def _pages(data: bytes) -> int:
    document = _document(data)
    if not len(document):
        raise Refusal(BAD, "里面一页也没有")
    document[0]
    return len(document)


def page(data: bytes, number: int, edge: int) -> tuple[dict[str, Any], bytes]:
    """One page (from 0) of a PDF as rows of red, green, blue, its longest edge `edge` pixels whatever size it claims."""
    document = _document(data)
    one = document[number]
    scale = min(edge, LARGEST_SHOWN) / max(*one.get_size(), 1.0)
    bitmap = one.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    answer = {"width": bitmap.width, "height": bitmap.height, "stride": bitmap.stride, "pages": len(document)}
    return answer, bytes(bitmap.buffer)


DOES: dict[str, Callable[..., tuple[dict[str, Any], bytes]]] = {"fit": fit, "page": page, "picture": picture}

if __name__ == "__main__":
    sys.exit(main())
