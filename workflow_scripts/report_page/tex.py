r"""Text as LaTeX and BibTeX read it: special characters escaped, letters with accents in ASCII."""

import re
import unicodedata

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"$<$", ">": r"$>$", "|": r"$|$",
    "–": "--", "—": "---", "“": "``", "”": "''", "‘": "`", "’": "'", "…": r"\ldots{}", "²": "$^2$", "³": "$^3$",
    "×": r"$\times$", "±": r"$\pm$", "≥": r"$\geq$", "≤": r"$\leq$", "−": "$-$", "°": r"$^\circ$", "µ": r"$\mu$",
    "·": r"$\cdot$", "ß": r"{\ss}", "ø": r"{\o}", "Ø": r"{\O}", "æ": r"{\ae}", "å": r"{\aa}", "ł": r"{\l}",
    "Ł": r"{\L}", "ı": r"{\i}", "\u00a0": "~",
}  # fmt: skip
# combining mark -> LaTeX's accent
ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u030c": "v ", "\u0327": "c ",
    "\u0304": "=", "\u030a": "r ", "\u030b": "H ", "\u0306": "u ", "\u0307": ".", "\u0328": "k ",
}  # fmt: skip


def escaped(text: str) -> str:
    """The text as LaTeX; letters that LaTeX has no ASCII form for stay as they are, which XeLaTeX and LuaLaTeX set."""
    return re.sub(r"\\textasciicircum\{\}(-?\d+|\([^)]*\))", r"$^{\1}$", "".join(map(_letter, text)))


def _letter(letter: str) -> str:
    if letter in SPECIAL:
        return SPECIAL[letter]
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if len(marks) == 1 and marks[0] in ACCENTS and base.isascii():
        return rf"{{\{ACCENTS[marks[0]]}{base}}}"
    return letter
