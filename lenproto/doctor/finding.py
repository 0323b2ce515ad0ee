"""What a look has found."""

from dataclasses import dataclass

from lenproto.words import Words


@dataclass(frozen=True)
class Finding:
    """Something that was seen, in words; mend: what to do where it is wrong, None where it is all right."""

    seen: Words
    mend: Words | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether there is something to mend."""
        return self.mend is not None


def reason(error: OSError) -> str:
    """Return why the system refuses something, in its own words."""
    return error.strerror or str(error)


def fine(key: str, **values: object) -> Finding:
    """Something that is all right: doctor.fine.KEY."""
    return Finding(Words(f"doctor.fine.{key}", **values))


def wrong(key: str, *, mend: str = "", **values: object) -> Finding:
    """Something that is wrong, doctor.wrong.KEY, and what mends it, doctor.mend.KEY or another one's."""
    return Finding(
        Words(f"doctor.wrong.{key}", **values), Words(f"doctor.mend.{mend or key}", **values)
    )
