"""Everything a person may be told when something cannot be done, as a tree.

Each class owns its Chinese sentence: what is wrong and what to do. Whatever is not a `Tell` is a bug and is shown
as an id in the log. A sentence may carry a name the person typed; it is never written to a log.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


class Tell(Exception):
    """For the person in front of the screen. `str(error)` is one Chinese sentence."""

    sentence = "这一步没有做成。"

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.sentence.format(**values))


# ---- what was typed ---------------------------------------------------------------------------------------


class Refused(Tell):
    """A rule says no; the sentence is the caller's own."""

    sentence = "{why}"


class SignedWeek(Refused):
    """A week that was signed is locked: a change needs a reason (`records.weeks.WHY_AMENDED`) and stands as 更正.
    `mondays` are the weeks'."""

    def __init__(self, mondays: Sequence[date], why: str) -> None:
        self.mondays = tuple(mondays)
        super().__init__(why=why)


class NotValid(Tell):
    """Fields that cannot be taken. `fields` maps a field's name to its sentence, for showing under the field."""

    sentence = "有几处没有填对：{summary}"

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__(summary="；".join(fields.values()))


class NotFound(Tell):
    sentence = "没有找到{what}，可能已被改动或删除，请刷新后再试。"


class NeedsCounsellor(Tell):
    sentence = "这一步要由心理教师来做，请心理教师登录后再试。"


class Conflict(Tell):
    """A booking that cannot stand; `causes` are sentences, `free` the nearest free slots."""

    sentence = "{why}"


# ---- the room and its keys --------------------------------------------------------------------------------


class RoomTrouble(Tell):
    sentence = "辅导室打不开。"


class NoRoom(RoomTrouble):
    sentence = "“{folder}”里没有辅导室，请检查文件夹，或先新建一间。"


class IsCopy(RoomTrouble):
    sentence = (
        "“{folder}”是一份备份，不能直接打开：在里面写了字，它就不再是备份。"
        "请按“别的辅导室…”，选“从备份恢复”，恢复到另一个文件夹。"
    )


class FolderTaken(RoomTrouble):
    sentence = "“{folder}”不是空文件夹，请换一个空的或还不存在的文件夹。"


class FolderUnsafe(RoomTrouble):
    sentence = "“{folder}”{why}，数据放在这里容易损坏或外泄，请换一个固定硬盘上的文件夹。"


class FolderNotWritable(RoomTrouble):
    sentence = "“{folder}”里写不进文件，请换一个有权限的文件夹，或检查磁盘是否已满。"


class RoomBusy(RoomTrouble):
    sentence = "这间辅导室已在另一个窗口（或命令）里打开，请先关闭那一个。"


class WrongPassword(RoomTrouble):
    """Also said of an unknown person: who exists is nobody's business."""

    sentence = "姓名或密码不对，请再试一次。"


class NotEnrolled(RoomTrouble):
    sentence = "这台电脑（或这个系统账户）还没有登记过这间辅导室，请用登记码或恢复单登记一次。"


class KeyringMissing(NotEnrolled):
    """The password was set on a computer with a keyring; this one has none, so no code and no sheet can enrol it."""

    sentence = (
        "这台电脑没有可用的密钥环，原来的密码在这里用不了。请能登录的心理教师在“设置”的“人员”里给你重设密码；"
        "没有人能登录时，心理教师按“忘记密码”，用恢复单进来。"
    )


class KeyringLocked(RoomTrouble):
    sentence = "系统的密钥环锁着，请先登录系统桌面、解开密钥环，再打开辅导室。"


class NoKeyring(RoomTrouble):
    sentence = "这台电脑没有可用的系统密钥环，请改用不依赖密钥环的方式（密码要更长）。"


class Damaged(RoomTrouble):
    sentence = "文件“{name}”损坏了，请用最近的备份恢复，并把损坏的文件夹保留好。"


class DiskStuck(RoomTrouble):
    """A step was cut short and cannot be taken back, because the disk takes no writes; nothing is lost."""

    sentence = "磁盘现在写不进去，刚才没做完的一步还收不回来，所以暂时读不出；请先腾出空间、检查磁盘，再试一次，已保存的内容都在。"


class KeysUnfinished(RoomTrouble):
    """Somebody was taken off, and the change of keys that follows was cut short by the disk."""

    sentence = (
        "人员已经移除，但磁盘写不进去，钥匙还没有换完；请腾出磁盘空间，再退出程序、重新登录一次，程序会自动做完。"
    )


class NewerFormat(RoomTrouble):
    sentence = "这间辅导室是用更新版本的程序保存的，请先升级本程序。"


class NeedsCases(RoomTrouble):
    sentence = "程序更新后需要由心理教师先登录一次，请心理教师打开辅导室后再试。"


class WrongRecovery(RoomTrouble):
    sentence = "恢复码不对：请对照恢复单逐组核对（字母 O 与数字 0、I 与 1 不分）。"


class WeakPassword(RoomTrouble):
    sentence = "这个密码不行：{why}。"


class LastCounsellor(RoomTrouble):
    sentence = "这是最后一位心理教师，移除后没有人能打开个案资料，请先添加另一位。"


class SaveFailed(RoomTrouble):
    sentence = "没有保存成功：{why}。刚才填的内容还在，请处理后再保存一次。"


class ClockDoubt(RoomTrouble):
    """The computer's clock lies before the last revision or more than 30 days after it; asked before writing."""

    sentence = "电脑时间是 {now}，而上一次记录是 {last}，请先核对电脑的日期和时间；核对无误后确认即可继续。"


# ---- undo ---------------------------------------------------------------------------------------------------


class Overtaken(Tell):
    """Somebody changed these records since: `records` holds (kind, id) pairs."""

    sentence = "之后又有人改过这些内容，不能整步撤销；请打开那条记录，直接改成要的样子。"

    def __init__(self, records: list[tuple[str, str]] | None = None) -> None:
        self.records = records or []
        super().__init__()


class NothingToUndo(Tell):
    sentence = "没有可以撤销的操作。"


class NotUndoable(Tell):
    sentence = "“{label}”不能撤销。"


# ---- files from outside -------------------------------------------------------------------------------------


class BadFile(Tell):
    sentence = "“{name}”读不出来：{why}。"


class FileMissing(BadFile):
    sentence = "找不到文件“{name}”，请检查路径。"


class FileEncrypted(BadFile):
    sentence = "“{name}”加了打开密码，请先在表格软件里去掉密码再导入。"


class FileTooBig(BadFile):
    sentence = "“{name}”太大（{size}），名册一般不超过 20 MB；请只留名册那一页另存后再导入。"


class FileHostile(BadFile):
    sentence = "“{name}”里有异常的结构（{why}），为安全起见没有打开；请在表格软件里另存为新的 xlsx 再导入。"


class NoTable(BadFile):
    sentence = "“{name}”里没有认出名册的表头（要有“姓名”一列），请检查是不是选错了文件。"


# ---- paper --------------------------------------------------------------------------------------------------


class NoSuchReturn(Tell):
    sentence = "没有名为“{name}”的报表。"


class CannotWriteFile(Tell):
    sentence = "“{name}”写不进去：{why}。"
