"""What is left of a name where its look does not differ. The table is that of C#'s AlikeNames."""

from __future__ import annotations

import functools
import re
import unicodedata

_BLANKS = re.compile(" +")

# Letters of Latin, Greek, Cyrillic and kana, which lose accents and case, and the syllables of Hangul.
_RANGES = ((0xC0, 0x180), (0x370, 0x460), (0x1E00, 0x1F00), (0x3040, 0x3100), (0xAC00, 0xD7A4))
_MARKS = frozenset(map(chr, (*range(0x300, 0x370), 0x3099, 0x309A)))
_INVISIBLE = frozenset(map(chr, (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF)))
# Greek and Cyrillic letters, small or capital, that look like Latin ones; then the signs of Kelvin and Ångström.
_TWINS = {
    **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx")),
    **dict(zip("авекмнорстухіјѕ", "abekmhopctyxijs")),
    "\u212a": "k",
    "\u212b": "a",
}


def _letter(letter: str) -> str:
    """Returns a letter without accents, in lower case; itself where that is not one letter."""
    base = [part for part in unicodedata.normalize("NFD", letter) if part not in _MARKS]
    lower = base[0].lower() if len(base) == 1 else letter
    lower = lower if len(lower) == 1 else base[0]
    return _TWINS.get(lower, lower)


@functools.lru_cache(maxsize=None)
def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for first, last in _RANGES[:-1]:
        table.update((code, _letter(chr(code))) for code in range(first, last))
    table.update((code, unicodedata.normalize("NFD", chr(code))) for code in range(*_RANGES[-1]))
    table.update((code, chr(code).lower()) for code in range(0x41, 0x5B))
    table.update((code, chr(code - 0xFEE0).lower()) for code in range(0xFF01, 0xFF5F))
    table.update((ord(letter), _TWINS[letter]) for letter in "\u212a\u212b")
    table.update((code, " ") for code in (0xA0, *range(0x2000, 0x200B), 0x202F, 0x3000))
    table.update((code, "-") for code in (*range(0x2010, 0x2016), 0x2212))
    table.update((ord(letter), "") for letter in _MARKS | _INVISIBLE)
    return table


def alike(name: str) -> str:
    """Returns a name without its folder, the style of its path, case, accents, and signs that nobody sees.

    Letters of other alphabets become the Latin ones that they look like, and composed letters their parts.
    """
    return name.replace("\\", "/").rpartition("/")[2].translate(_table())


def alike_class(name: str) -> str:
    """Returns a name of a class without the same signs; a folder is part of it, and blanks in a row are one."""
    return _BLANKS.sub(" ", "/".join(map(alike, name.replace("\\", "/").split("/"))))
