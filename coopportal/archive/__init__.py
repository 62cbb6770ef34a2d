"""Backup and restore of the database and the files: one archive for both kinds of database (ADR 15).

``writing`` makes an archive from one moment of a database at work, ``restoring`` puts one into an empty
database and proves that nothing differs. What the rows mean is not known here.
"""

from coopportal.archive.manifest import ArchiveRefusedError, Manifest
from coopportal.archive.restoring import restore
from coopportal.archive.writing import write

__all__ = ["ArchiveRefusedError", "Manifest", "restore", "write"]
