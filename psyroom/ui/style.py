"""One stylesheet, built from the tokens, on Qt's Fusion style: every control of the window gets its face here."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from psyroom.paths import resource
from psyroom.ui import fonts, icons, tokens
from psyroom.ui.tokens import DARK, LIGHT, RADIUS, RADIUS_CARD, Look


def sheet(look: Look) -> str:
    """The stylesheet of a look."""
    p, px = look.palette, look.px
    mode = "dark" if look.dark else "light"

    def image(name: str) -> str:
        return f'url("{resource("icons", f"{name}-{mode}.svg").as_posix()}")'

    return f"""
QWidget {{ color: {p.ink}; }}
QMainWindow, QDialog, QWidget#page, QWidget#paper {{ background: {p.paper}; }}
QLabel {{ background: transparent; }}
QLabel[kind="title"] {{ font-size: {look.size("title")}px; font-weight: 700; }}
QLabel[kind="heading"] {{ font-size: {look.size("heading")}px; font-weight: 700; }}
QLabel[kind="lead"] {{ font-size: {look.size("lead")}px; }}
QLabel[kind="strong"] {{ font-weight: 700; }}
QLabel[kind="figure"] {{ font-size: {look.size("figure")}px; font-weight: 700; }}
QLabel[kind="hint"], QLabel[kind="soft"] {{ color: {p.soft}; }}
QLabel[kind="small"] {{ color: {p.soft}; font-size: {look.size("small")}px; }}
QLabel[kind="error"] {{ color: {p.brick}; font-size: {look.size("small") + 1}px; }}
QLabel[kind="warning"] {{ color: {p.amber}; font-size: {look.size("small") + 1}px; }}
QLabel[kind="good"] {{ color: {p.good}; font-size: {look.size("small") + 1}px; }}
QLabel[kind="label"] {{ font-weight: 500; }}
QLabel[kind="part"] {{ color: {p.accent_ink}; font-weight: 700; font-size: {look.size("small") + 1}px; }}
QLabel[kind="code"] {{ font-size: {look.size("heading")}px; font-weight: 700; letter-spacing: {px(1)}px; }}
QLabel:disabled {{ color: {p.faint}; }}

QFrame#card {{ background: {p.card}; border: 1px solid {p.line}; border-radius: {RADIUS_CARD}px; }}
QFrame#card[tone="accent"] {{ background: {p.accent_wash}; border-color: {p.accent_wash}; }}
QFrame#card[tone="amber"] {{ background: {p.amber_wash}; border-color: {p.amber_wash}; }}
QFrame#card[tone="brick"] {{ background: {p.brick_wash}; border-color: {p.brick_wash}; }}
QFrame#card[tone="sunken"] {{ background: {p.sunken}; border-color: {p.sunken}; }}
QFrame#rule {{ background: {p.line}; border: none; max-height: 1px; min-height: 1px; }}
QFrame#side {{ background: {p.side}; border: none; border-right: 1px solid {p.line}; }}
QFrame#status {{ background: {p.paper}; border: none; border-top: 1px solid {p.line}; }}
QFrame#sheet {{ background: {p.card}; border: none; border-left: 1px solid {p.line}; }}
QFrame#sheetfoot {{ background: {p.card}; border: none; border-top: 1px solid {p.line}; }}

QPushButton {{ border-radius: {RADIUS}px; padding: {px(6)}px {px(14)}px; min-height: {px(20)}px; outline: none;
  background: {p.card}; border: 1px solid {p.line_strong}; }}
QPushButton:hover {{ background: {p.sunken}; }}
QPushButton:pressed {{ background: {p.line}; }}
QPushButton:focus {{ border: 2px solid {p.accent}; padding: {px(6) - 1}px {px(14) - 1}px; }}
QPushButton:disabled {{ color: {p.faint}; border-color: {p.line}; background: {p.sunken}; }}
QPushButton[kind="primary"] {{ background: {p.accent}; color: {p.on_accent}; border: 1px solid {p.accent};
  font-weight: 700; }}
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:pressed {{ background: {p.accent_hover};
  border-color: {p.accent_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {p.ink}; }}
QPushButton[kind="primary"]:disabled {{ background: {p.line}; color: {p.soft}; border-color: {p.line}; }}
QPushButton[kind="quiet"] {{ background: transparent; border: 1px solid transparent; color: {p.accent_ink}; }}
QPushButton[kind="quiet"]:hover {{ background: {p.accent_wash}; }}
QPushButton[kind="quiet"]:focus {{ border: 2px solid {p.accent}; }}
QPushButton[kind="quiet"]:disabled {{ color: {p.faint}; }}
QPushButton[kind="danger"] {{ background: {p.card}; color: {p.brick}; border: 1px solid {p.brick_fill}; }}
QPushButton[kind="danger"]:hover {{ background: {p.brick_wash}; }}
QPushButton[kind="danger"]:focus {{ border: 2px solid {p.brick_fill}; }}
QPushButton[small="true"] {{ padding: {px(3)}px {px(10)}px; min-height: {px(18)}px; }}
QPushButton[small="true"]:focus {{ padding: {px(3) - 1}px {px(10) - 1}px; }}
QPushButton[flush="true"], QPushButton[flush="true"]:focus {{ padding-left: 0; padding-right: {px(6)}px; }}
QPushButton[kind="segment"] {{ border-radius: 0; border: 1px solid {p.line_strong}; margin-left: -1px;
  padding: {px(5)}px {px(12)}px; background: {p.card}; }}
QPushButton[kind="segment"][place="first"], QPushButton[kind="segment"][place="only"] {{ margin-left: 0;
  border-top-left-radius: {RADIUS}px; border-bottom-left-radius: {RADIUS}px; }}
QPushButton[kind="segment"][place="last"], QPushButton[kind="segment"][place="only"] {{
  border-top-right-radius: {RADIUS}px; border-bottom-right-radius: {RADIUS}px; }}
QPushButton[kind="segment"]:hover {{ background: {p.sunken}; }}
QPushButton[kind="segment"]:checked {{ background: {p.accent_wash}; color: {p.accent_ink}; border-color: {p.accent};
  font-weight: 700; }}
QPushButton[kind="segment"]:focus {{ border: 2px solid {p.accent}; padding: {px(5) - 1}px {px(12) - 1}px; }}
QPushButton[kind="pill"] {{ border-radius: {px(13)}px; padding: {px(3)}px {px(12)}px; min-height: {px(20)}px;
  background: {p.card}; border: 1px solid {p.line_strong}; }}
QPushButton[kind="pill"]:hover {{ background: {p.sunken}; }}
QPushButton[kind="pill"]:checked {{ background: {p.accent_wash}; color: {p.accent_ink}; border-color: {p.accent};
  font-weight: 700; }}
QPushButton[kind="pill"]:focus {{ border: 2px solid {p.accent}; padding: {px(3) - 1}px {px(12) - 1}px; }}
QPushButton[kind="tile"] {{ text-align: left; padding: {px(14)}px {px(16)}px; background: {p.card};
  border: 1px solid {p.line}; border-radius: {RADIUS_CARD}px; }}
QPushButton[kind="tile"]:hover {{ border-color: {p.accent}; background: {p.accent_wash}; }}
QPushButton[kind="tile"]:focus {{ border: 2px solid {p.accent}; padding: {px(14) - 1}px {px(16) - 1}px; }}
QToolButton {{ border: 1px solid transparent; border-radius: {RADIUS}px; padding: {px(5)}px; background: transparent; }}
QToolButton:hover {{ background: {p.sunken}; }}
QToolButton:focus {{ border: 2px solid {p.accent}; padding: {px(5) - 1}px; }}
QToolButton:checked {{ background: {p.accent_wash}; }}
QToolButton::menu-indicator {{ image: none; }}

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDateEdit, QTimeEdit {{ background: {p.card};
  border: 1px solid {p.line_strong}; border-radius: {RADIUS}px; padding: {px(5)}px {px(10)}px;
  selection-background-color: {p.accent}; selection-color: {p.on_accent}; placeholder-text-color: {p.faint}; }}
QLineEdit, QComboBox, QSpinBox, QDateEdit, QTimeEdit {{ min-height: {px(22)}px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus {{
  border: 2px solid {p.accent}; padding: {px(5) - 1}px {px(10) - 1}px; }}
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QComboBox[wrong="true"] {{
  border: 2px solid {p.brick_fill}; padding: {px(5) - 1}px {px(10) - 1}px; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QLineEdit:read-only {{ background: {p.sunken};
  border-color: {p.line}; color: {p.soft}; }}
QPlainTextEdit[kind="page"], QPlainTextEdit[kind="page"]:focus {{ background: transparent; border: none;
  border-radius: 0; padding: 0; font-size: {look.size("base") + px(1)}px; }}
QPlainTextEdit[kind="page"][wrong="true"] {{ border: none; border-bottom: 2px solid {p.brick_fill}; padding: 0; }}
QLineEdit[kind="cell"], QPlainTextEdit[kind="cell"], QLineEdit[kind="cell"]:focus, QPlainTextEdit[kind="cell"]:focus {{
  border: 2px solid {p.accent}; border-radius: 2px; padding: 0 {px(8)}px; min-height: 0; }}
QPlainTextEdit[kind="cell"], QPlainTextEdit[kind="cell"]:focus {{ padding: {px(4)}px {px(2)}px 0 {px(8)}px; }}
QLineEdit[small="true"] {{ padding: {px(3)}px {px(10)}px; min-height: {px(18)}px; }}
QLineEdit[small="true"]:focus, QLineEdit[small="true"][wrong="true"] {{ padding: {px(3) - 1}px {px(10) - 1}px; }}
QLineEdit#find {{ background: {p.card}; border-color: {p.line}; border-radius: {px(16)}px; }}
QLineEdit#find:focus {{ border: 2px solid {p.accent}; }}
QComboBox {{ combobox-popup: 0; padding-right: {px(26)}px; }}
QComboBox::drop-down {{ border: none; width: {px(26)}px; }}
QComboBox::down-arrow {{ image: {image("caret-down")}; width: {px(16)}px; height: {px(16)}px; }}
QFrame#floating {{ background: {p.card}; border: 1px solid {p.line_strong}; border-radius: {RADIUS}px; }}
QFrame#floating QListView {{ border: none; background: transparent; }}
QComboBox QAbstractItemView, QListView#popup {{ background: {p.card}; border: 1px solid {p.line_strong};
  border-radius: {RADIUS}px; padding: {px(4)}px; outline: none; selection-background-color: {p.accent_wash};
  selection-color: {p.ink}; }}
QComboBox QAbstractItemView::item {{ min-height: {px(30)}px; padding: 0 {px(8)}px; border-radius: 4px; }}
QComboBox QAbstractItemView::item:selected {{ background: {p.accent_wash}; color: {p.ink}; }}
QSpinBox::up-button, QSpinBox::down-button, QDateEdit::up-button, QDateEdit::down-button {{ border: none;
  width: {px(22)}px; background: transparent; }}
QSpinBox::up-arrow {{ image: {image("caret-up")}; width: {px(12)}px; height: {px(12)}px; }}
QSpinBox::down-arrow {{ image: {image("caret-down")}; width: {px(12)}px; height: {px(12)}px; }}

QCheckBox, QRadioButton {{ spacing: {px(8)}px; background: transparent; padding: {px(3)}px; outline: none;
  border: 1px solid transparent; border-radius: {RADIUS}px; }}
QCheckBox:focus, QRadioButton:focus {{ border: 1px solid {p.accent}; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: {px(16)}px; height: {px(16)}px;
  border: 1px solid {p.line_strong}; background: {p.card}; }}
QCheckBox::indicator {{ border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: {px(16) // 2 + 1}px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: {p.accent}; }}
QCheckBox::indicator:checked {{ background: {p.accent}; border-color: {p.accent}; image: {image("check")}; }}
QRadioButton::indicator:checked {{ background: {p.accent}; border-color: {p.accent}; image: {image("dot")}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ background: {p.sunken}; border-color: {p.line}; }}

QTableView, QTreeView, QListView {{ background: {p.card}; border: 1px solid {p.line}; border-radius: {RADIUS}px;
  gridline-color: {p.line}; outline: none; alternate-background-color: {p.card};
  selection-background-color: {p.accent_wash}; selection-color: {p.ink}; }}
QTableView::item {{ border: none; border-bottom: 1px solid {p.line}; padding: 0 {px(10)}px; }}
QTableView::item:selected, QListView::item:selected, QTreeView::item:selected {{ background: {p.accent_wash};
  color: {p.ink}; }}
QTreeView, QListView#plain {{ background: transparent; border: none; show-decoration-selected: 1; }}
QTreeView::item, QListView::item {{ min-height: {px(32)}px; padding: 0 {px(8)}px; border-radius: {RADIUS}px; }}
QTreeView::item:hover, QListView::item:hover {{ background: {p.sunken}; }}
QTreeView::item:selected:hover {{ background: {p.accent_wash}; }}
QTreeView::branch {{ background: transparent; }}
QTreeView::branch:has-children:closed {{ image: {image("caret-right")}; }}
QTreeView::branch:has-children:open {{ image: {image("caret-down")}; }}
QHeaderView {{ background: {p.sunken}; border: none; border-top-left-radius: {RADIUS}px;
  border-top-right-radius: {RADIUS}px; }}
QHeaderView::section {{ background: transparent; color: {p.soft}; border: none; border-bottom: 1px solid {p.line};
  padding: {px(8)}px {px(10) + 3}px; font-weight: 700; font-size: {look.size("small") + 1}px; }}
QHeaderView::up-arrow {{ image: {image("caret-up")}; width: {px(14)}px; height: {px(14)}px; }}
QHeaderView::down-arrow {{ image: {image("caret-down")}; width: {px(14)}px; height: {px(14)}px; }}
QTableCornerButton::section {{ background: {p.sunken}; border: none; }}

QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget#scrolled {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
QScrollBar::handle {{ background: {p.scroll}; border-radius: 4px; min-height: 32px; min-width: 32px; }}
QScrollBar[idle="true"]::handle {{ background: transparent; }}
QScrollBar::handle:hover {{ background: {p.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}

QMenu {{ background: {p.card}; border: 1px solid {p.line_strong}; border-radius: {RADIUS}px; padding: {px(4)}px; }}
QMenu::item {{ padding: {px(6)}px {px(24)}px {px(6)}px {px(12)}px; border-radius: 4px; }}
QMenu::item:selected {{ background: {p.accent_wash}; }}
QMenu::item:disabled {{ color: {p.faint}; }}
QMenu::separator {{ height: 1px; background: {p.line}; margin: {px(4)}px {px(8)}px; }}
QMenu::icon {{ padding-left: {px(8)}px; }}
QToolTip {{ background: {p.tip}; color: {p.on_tip}; border: 1px solid {p.tip}; padding: {px(4)}px {px(8)}px; }}
QProgressBar {{ background: {p.line}; border: none; border-radius: {px(3)}px; max-height: {px(6)}px;
  min-height: {px(6)}px; }}
QProgressBar::chunk {{ background: {p.accent}; border-radius: {px(3)}px; }}
QSplitter::handle {{ background: transparent; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: {p.sunken}; }}
QCalendarWidget QToolButton {{ padding: {px(4)}px {px(8)}px; font-weight: 700; }}
QCalendarWidget QToolButton#qt_calendar_prevmonth {{ qproperty-icon: {image("caret-left")}; }}
QCalendarWidget QToolButton#qt_calendar_nextmonth {{ qproperty-icon: {image("caret-right")}; }}
QCalendarWidget QAbstractItemView {{ border-radius: 0; selection-background-color: {p.accent};
  selection-color: {p.on_accent}; }}
"""


def palette(look: Look) -> QPalette:
    """For what a stylesheet does not reach: dialogs of Qt's own, calendars, disabled text."""
    p, roles = look.palette, QPalette.ColorRole
    made = QPalette()
    for role, colour in {
        roles.Window: p.paper, roles.WindowText: p.ink, roles.Base: p.card, roles.AlternateBase: p.sunken,
        roles.Text: p.ink, roles.Button: p.card, roles.ButtonText: p.ink, roles.Highlight: p.accent,
        roles.HighlightedText: p.on_accent, roles.ToolTipBase: p.tip, roles.ToolTipText: p.on_tip,
        roles.PlaceholderText: p.faint, roles.Link: p.accent, roles.Mid: p.line, roles.Dark: p.line_strong,
        roles.Accent: p.accent,
    }.items():  # fmt: skip
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(p.faint))
    return made


def look_for(theme: str, text_size: int) -> Look:
    """The look a person chose; `system` follows the desktop's light or dark."""
    dark = theme == "dark"
    if theme == "system":
        dark = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return Look(DARK if dark else LIGHT, text_size)


def dress(look: Look) -> None:
    """Put the look on the whole program; every open window changes at once."""
    tokens.wear(look)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(look))
    app.setFont(fonts.face())
    app.setStyleSheet(sheet(look))
    icons.redress(app.allWidgets())


def polish(widget: QWidget) -> None:
    """Let a changed property (`kind`, `wrong`, `tone`) show."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
