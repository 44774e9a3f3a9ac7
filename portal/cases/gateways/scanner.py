"""Looking files through for malware: ClamAV over its socket, and a stand-in that knows the one harmless test file."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

PIECE = 64 * 1024
SECONDS = 30
# The test file that every scanner finds (https://www.eicar.org); spelled in two parts, so that none finds this module.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Verdict:
    is_clean: bool
    found: str = ""


class ScannerUnavailable(Exception):
    """The scanner did not answer. The file stays closed, and it is asked again later."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class Scanner(Protocol):
    def scan(self, content: bytes) -> Verdict:
        """Look one file through. Raises ScannerUnavailable."""


class StandIn:
    """For the demo, tests and installations without ClamAV: knows the test file only."""

    def scan(self, content: bytes) -> Verdict:
        return Verdict(is_clean=False, found="Eicar-Test-Signature") if EICAR in content else Verdict(is_clean=True)


class ClamAV:
    """The daemon's INSTREAM command, at a socket's path or host:port."""

    def __init__(self, address: str) -> None:
        self.address = address

    def scan(self, content: bytes) -> Verdict:
        try:
            with self._connection() as line:
                line.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), PIECE):
                    piece = content[start : start + PIECE]
                    line.sendall(struct.pack("!I", len(piece)) + piece)
                line.sendall(struct.pack("!I", 0))
                answer = self._answer(line)
        except OSError as fault:
            raise ScannerUnavailable from fault
        words = answer.rstrip(b"\0\n").decode("utf-8", "replace").removeprefix("stream: ")
        if words == "OK":
            return Verdict(is_clean=True)
        if words.endswith(" FOUND"):
            return Verdict(is_clean=False, found=words.removesuffix(" FOUND")[:100])
        raise ScannerUnavailable

    @contextmanager
    def _connection(self) -> Iterator[socket.socket]:
        if self.address.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(SECONDS)
            line.connect(self.address)
        else:
            host, _sep, port = self.address.rpartition(":")
            line = socket.create_connection((host, int(port)), timeout=SECONDS)
        with line:
            yield line

    def _answer(self, line: socket.socket) -> bytes:
        parts: list[bytes] = []
        while piece := line.recv(4096):
            parts.append(piece)
            if piece.endswith(b"\0"):
                break
        return b"".join(parts)


def scanner() -> Scanner:
    """The one that this installation names."""
    return ClamAV(settings.EBOK_CLAMAV) if settings.EBOK_CLAMAV else StandIn()
