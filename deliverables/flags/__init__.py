"""What speaks for a closer look at a report before one confirms it. Judges nothing, refuses nothing."""

from deliverables.flags.reading import Compared, compared, flags_of
from deliverables.flags.rules import Flag, Past, flags

__all__ = ["Compared", "Flag", "Past", "compared", "flags", "flags_of"]
