"""The one exception for what a user can mend: a mistake in the config, a fault in the data."""


class UserError(Exception):
    """What is wrong, where, and what to do; shown without a traceback.

    Args:
        message: what is wrong, in a sentence.
        place: file, config key or table row it was found in.
        remedy: what the user can do about it.
    """

    def __init__(self, message: str, place: str = "", remedy: str = "") -> None:
        self.message, self.place, self.remedy = message, place, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        what_to_do = f"\n  -> {self.remedy}" if self.remedy else ""
        return f"{where}{self.message}{what_to_do}"
