"""A delivery as it lies on disk, folder or ZIP, opened without trusting a single name or size in it."""

import errno
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from django.utils.translation import gettext as _

from portal.exchange.dialect import Dialect
from portal.exchange.faults import Fault, FileFault
from portal.exchange.format import MANIFEST

MOST_FILES = 2_000_000
LARGEST_WHOLE = 50 * 1024**3  # bytes unpacked
LARGEST_PAPER = 20 * 1024**2  # an XML or a PDF
WORST_RATIO = 200  # text packs to a twentieth; beyond this somebody packs zeros
# What a ZIP whose directory or content was spoiled on its way may raise, from wherever it leads us.
_SPOILED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    struct.error,
    NotImplementedError,
    RuntimeError,
)
SMALL = 1024**2  # below this a ratio harms nobody


class Package(Protocol):
    name: str
    dialect: Dialect | None  # how it is written, where that is not for the installation to say
    remarks: tuple[Fault, ...]  # warnings of the unpacking

    def has(self, name: str) -> bool: ...

    def open(self, name: str) -> BinaryIO:
        """The file as a stream. Raises FileFault when it is not there."""
        ...


@contextmanager
def spoiled(says: Callable[[str], FileFault]) -> Iterator[None]:
    """What a spoiled file raises becomes its fault; what is wrong with the machine stays what it is.

    A directory that leads astray ends in a place that is no place (EINVAL), and in no other fault of the system.
    """
    try:
        yield
    except _SPOILED as error:
        if isinstance(error, OSError) and error.errno not in {None, errno.EINVAL}:
            raise
        raise says(str(error).rstrip(".")) from None


def read(package: Package, name: str, largest: int = LARGEST_PAPER) -> bytes:
    """A small file whole. Raises FileFault when it is missing or larger than it may be."""

    def damaged(fault: str) -> FileFault:
        return FileFault(
            name, _("The file is damaged in the ZIP: %(fault)s. Send the delivery again.") % {"fault": fault}
        )

    with spoiled(damaged), package.open(name) as stream:
        content = stream.read(largest + 1)
    if len(content) > largest:
        raise FileFault(name, _("The file is larger than %(size)d MB.") % {"size": largest // 1024**2})
    return content


def is_safe(name: str) -> bool:
    """A relative path that stays inside the delivery."""
    path = PurePosixPath(name)
    parts = name.split("/")
    return (
        bool(name)
        and not path.is_absolute()
        and "\\" not in name
        and ":" not in parts[0]
        and not {"", ".", ".."} & set(parts)
    )


class Folder:
    dialect: Dialect | None = None
    remarks: tuple[Fault, ...] = ()

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._top = path.resolve()

    def has(self, name: str) -> bool:
        return self._found(name) is not None

    def open(self, name: str) -> BinaryIO:
        found = self._found(name)
        if found is None:
            raise FileFault(name, _("The file is not in the delivery."))
        return found.open("rb")

    def _found(self, name: str) -> Path | None:
        if not is_safe(name):
            return None
        path = (self._top / name).resolve()  # a link may lead out of the folder; its end counts
        return path if path.is_relative_to(self._top) and path.is_file() else None


class Zip:
    dialect: Dialect | None = None
    remarks: tuple[Fault, ...] = ()

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self._archive = archive
        self._members = {info.filename: info for info in self._checked(archive.infolist())}

    def has(self, name: str) -> bool:
        return name in self._members

    def open(self, name: str) -> BinaryIO:
        info = self._members.get(name)
        if info is None:
            raise FileFault(name, _("The file is not in the delivery."))

        def not_unpacked(fault: str) -> FileFault:
            return FileFault(
                name, _("The file cannot be unpacked: %(fault)s. Send the delivery again.") % {"fault": fault}
            )

        with spoiled(not_unpacked):
            return cast("BinaryIO", self._archive.open(info))

    def _checked(self, members: list[zipfile.ZipInfo]) -> Iterator[zipfile.ZipInfo]:
        if len(members) > MOST_FILES or sum(info.file_size for info in members) > LARGEST_WHOLE:
            raise FileFault(self.name, _("The ZIP unpacks to more than a delivery may hold. Send the changes only."))
        seen: set[str] = set()
        for info in members:
            if info.is_dir():
                continue
            if not is_safe(info.filename) or stat.S_ISLNK(info.external_attr >> 16):
                raise FileFault(
                    self.name,
                    _("The ZIP holds “%(name)s”, which leads out of it. Pack it anew with paths inside the delivery.")
                    % {"name": info.filename[:80]},
                )
            if info.filename in seen:
                raise FileFault(
                    self.name,
                    _("The ZIP holds “%(name)s” twice. Pack it anew with each file once.")
                    % {"name": info.filename[:80]},
                )
            if info.file_size > SMALL and info.file_size > WORST_RATIO * max(info.compress_size, 1):
                raise FileFault(
                    self.name,
                    _("“%(name)s” in the ZIP unpacks to far more than it is. Pack the delivery anew without it.")
                    % {"name": info.filename[:80]},
                )
            seen.add(info.filename)
            yield info


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """The delivery at `path`. Raises FileFault when there is none that can be opened."""
    if path.is_dir():
        package: Package = Folder(path)
        _needs_manifest(package)
        yield package
        return
    if not path.is_file():
        raise FileFault(path.name, _("There is neither a folder nor a ZIP at %(path)s.") % {"path": path})
    with spoiled(
        lambda _fault: FileFault(
            path.name, _("The file is not a whole ZIP; it may have been cut short on its way. Send it again.")
        )
    ):
        archive = zipfile.ZipFile(path)
    with archive:
        package = Zip(path.name, archive)
        _needs_manifest(package)
        yield package


def _needs_manifest(package: Package) -> None:
    if not package.has(MANIFEST):
        raise FileFault(package.name, _("The delivery has no %(file)s.") % {"file": MANIFEST})
