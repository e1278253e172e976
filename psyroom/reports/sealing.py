"""Files under a password: AES-256 for PDF (pikepdf) and workbooks (msoffcrypto). Anything else goes into a PDF as an
attachment of it, under the same AES-256: a zip's own encryption is weak, or only few programs open it.

reportlab's own PDF password is RC4 and is never used.
"""

from __future__ import annotations

import io

from psyroom.reports import faces
from psyroom.reports.faces import HEI, KAI
from psyroom.reports.paper import MM, Paper

ENVELOPE = "加密信封"
HOW = "这份 PDF 里附着一个文件。用 Adobe Reader、福昕或 WPS 打开，在左侧“附件”（回形针）里把它取出来。"
SPINS = 100_000
"""As the office programs do it: a tenth of a second for whoever knows the password, and for each try of whoever does not."""
PICTURES = (b"\xff\xd8\xff", b"\x89PNG")


def seal(name: str, data: bytes, password: str) -> tuple[str, bytes]:
    """`(file name, bytes)` under the password; the name gains `.pdf` where the file goes into an envelope."""
    if data[:5] == b"%PDF-":
        return name, pdf(data, password)
    if data[:2] == b"PK" and name.lower().endswith(".xlsx"):
        return name, workbook(data, password)
    return f"{name}.pdf", pdf(envelope(name, data), password)


def pdf(data: bytes, password: str) -> bytes:
    """A PDF that asks for the password; its title and words lie under AES-256 (PDF 2.0, revision 6)."""
    import pikepdf

    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(made, encryption=pikepdf.Encryption(owner=password, user=password, R=6, aes=True, metadata=True))
    return made.getvalue()


def workbook(data: bytes, password: str, *, spins: int = SPINS) -> bytes:
    """A workbook that asks for the password (agile encryption, AES-256). `spins`: rounds of the derivation; fewer only for
    a password that nobody could try out anyway."""
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    return bytes(ECMA376Agile.encrypt(password, io.BytesIO(data), spin_count=spins))


def envelope(name: str, data: bytes) -> bytes:
    """A page that says what it holds, with the file attached; a picture is also shown on it."""
    import pikepdf

    paper = Paper(ENVELOPE, numbered=False)
    paper.title(ENVELOPE, 22)
    paper.space(4 * MM)
    used, shown, _ = faces.fit(faces.cleaned(name), HEI)
    paper.text(paper.paper_width / 2, paper.y - 12, shown, used, 12, "center")
    paper.space(8 * MM)
    paper.paragraph(HOW, face=KAI, size=12, indent=False, align="left")
    if data.startswith(PICTURES):
        _picture(paper, data)
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper.finish())) as document:
        spec = pikepdf.AttachedFileSpec(
            document,
            data,
            description="",
            filename=name,
            mime_type="application/octet-stream",
            creation_date="",
            mod_date="",
        )
        document.attachments[name] = spec
        document.save(made)
    return made.getvalue()


def _picture(paper: Paper, data: bytes) -> None:
    """The picture below the words, as large as the page has room; one that cannot be read stays an attachment only."""
    from reportlab.lib.utils import ImageReader

    try:
        reader = ImageReader(io.BytesIO(data))
        wide, high = reader.getSize()
    except Exception:  # noqa: BLE001 - whatever a broken picture raises: the attachment is whole all the same
        return
    paper.space(6 * MM)
    scale = min(paper.width / wide, (paper.y - paper.bottom) / high)
    paper.canvas.drawImage(
        reader, paper.left + (paper.width - wide * scale) / 2, paper.y - high * scale, wide * scale, high * scale
    )
