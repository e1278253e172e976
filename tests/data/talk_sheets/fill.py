"""Has LibreOffice open, fill in and save the empty sheets, as three class teachers would: `/usr/bin/python3 fill.py`.

Needs LibreOffice with its Python bridge (python3-uno). What is typed goes through `.uno:EnterString`, as from the keyboard:
LibreOffice decides what it makes of it. Made beside this script, from what blank.py made:

libreoffice.xlsx            typed in, saved as it was
libreoffice-locked.xlsx     the one under a password, saved under it again
libreoffice-sorted.xls      unlocked, sorted anew, a column more, a merged block, saved as xls
libreoffice.csv             saved as CSV (GB18030)
libreoffice.html            saved as a web page
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.table import TableSortField

HERE = Path(__file__).resolve().parent
PASSWORD = "gt27-gqju-dxnh-64km"
PIPE = "psyroom-fill"
FIRST = 2  # the first child's row, from 0
TYPED = {
    0: ("10.12", "赵老师", "面谈", "学习情况", "数学听不懂，约好每周三答疑。", "否", ""),
    1: ("10月13日", "赵老师", "微信", "同伴交往", "和同桌和好了", "是", ""),
    2: ("2026/10/14", "孙老师", "当面", "日常交流", "一切都好", "", ""),
    3: ("", "", "", "", "", "", "长期请假"),
    4: ("10-15", "赵老师", "电话", "", "=妈妈说最近爱说话了", "否", ""),
    5: ("10.16", "", "", "身体与睡眠", "", "", ""),
    6: ("", "", "", "", "", "", ""),
    7: ("11月", "赵老师", "面谈", "", "", "", ""),
}
"""By child: date, talker, way, theme, points, follow-up, excuse."""


def props(**values):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


class Office:
    """A LibreOffice of its own, with a profile beside nothing of the user's."""

    def __init__(self, profile):
        self.process = subprocess.Popen(
            [
                "soffice",
                "--headless",
                "--norestore",
                f"--accept=pipe,name={PIPE};urp;",
                f"-env:UserInstallation={profile.as_uri()}",
            ]
        )
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for _ in range(120):
            try:
                self.context = resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
                break
            except Exception:
                time.sleep(0.5)
        self.desktop = self.create("com.sun.star.frame.Desktop")
        self.dispatcher = self.create("com.sun.star.frame.DispatchHelper")

    def create(self, name):
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def open(self, name, **more):
        return self.desktop.loadComponentFromURL((HERE / name).as_uri(), "_blank", 0, props(Hidden=True, **more))

    def type(self, document, column, row, text):
        frame = document.CurrentController.Frame
        place = f"${chr(65 + column)}${row + 1}"
        self.dispatcher.executeDispatch(frame, ".uno:GoToCell", "", 0, props(ToPoint=place))
        self.dispatcher.executeDispatch(frame, ".uno:EnterString", "", 0, props(StringName=text))

    def close(self):
        try:
            self.desktop.terminate()
        except Exception:
            pass
        self.process.wait(60)


def fill(office, document):
    for child, cells in TYPED.items():
        for column, text in enumerate(cells, 2):
            if text:
                office.type(document, column, FIRST + child, text)


def save(document, name, kind, **more):
    document.storeToURL((HERE / name).as_uri(), props(FilterName=kind, **more))


def as_sorted(document):
    """Unlocks the sheet, puts a column in, sorts by name from the last to the first, merges a block of dates."""
    sheet = document.Sheets.getByName("谈话")
    sheet.unprotect("")
    sheet.Columns.insertByIndex(2, 1)
    sheet.getCellByPosition(2, 0).setString("家长电话")
    sheet.getCellByPosition(2, FIRST).setString("留校")
    block = sheet.getCellRangeByPosition(0, 1, 9, FIRST + 9)
    key = TableSortField()
    key.Field, key.IsAscending = 1, False
    block.sort(props(SortFields=uno.Any("[]com.sun.star.table.TableSortField", (key,)), ContainsHeader=False))
    for row in range(1, FIRST + 10):
        if sheet.getCellByPosition(1, row).getString() == "白帆":  # and 欧阳晓雪 below: one talk with both
            for column in (3, 4):
                sheet.getCellRangeByPosition(column, row, column, row + 1).merge(True)


def main():
    profile = Path(sys.argv[1] if len(sys.argv) > 1 else HERE / ".profile").resolve()
    office = Office(profile)
    try:
        document = office.open("blank.xlsx")
        fill(office, document)
        save(document, "libreoffice.xlsx", "Calc MS Excel 2007 XML")
        save(document, "libreoffice.csv", "Text - txt - csv (StarCalc)", FilterOptions="44,34,85,1")
        save(document, "libreoffice.html", "HTML (StarCalc)")
        as_sorted(document)
        save(document, "libreoffice-sorted.xls", "MS Excel 97")
        document.close(False)
        shutil.copy(HERE / "blank-locked.xlsx", HERE / "libreoffice-locked.xlsx")
        document = office.open("libreoffice-locked.xlsx", Password=PASSWORD)
        fill(office, document)
        document.store()  # in its place, as Ctrl+S does: the password stays
        document.close(False)
    finally:
        office.close()


if __name__ == "__main__":
    main()
