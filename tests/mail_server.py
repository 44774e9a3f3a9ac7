"""A mail server of the tests' own on this machine: it takes every letter over real SMTP and remembers its Message-ID."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Letters(socketserver.StreamRequestHandler):
    """One connection: just as much of SMTP as a client that sends letters needs."""

    server: "MailServer"

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that was killed
            self._talk()

    def _talk(self) -> None:
        self._say("220 mail server of the tests")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word.startswith((b"EHLO", b"HELO")):
                self._say("250 at your service")
            elif word.startswith(b"RCPT") and (refusal := self._refusal(line)):
                self._say(refusal)
            elif word.startswith(b"DATA"):
                self._say("354 go on")
                if not self._take():
                    return
            elif word.startswith(b"QUIT"):
                self._say("221 good bye")
                return
            else:
                self._say("250 ok")

    def _refusal(self, line: bytes) -> str:
        address = line.decode().partition("<")[2].partition(">")[0]
        return self.server.refused.get(address, "")

    def _take(self) -> bool:
        """Keep a letter and say so. False when the server falls silent instead: it has the letter, and hangs up."""
        message_id = ""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            if line.lower().startswith(b"message-id:"):
                message_id = line.split(b":", 1)[1].strip().decode()
        time.sleep(self.server.slowness)
        self.server.taken.append(message_id)
        if self.server.silences:
            self.server.silences -= 1
            return False
        self._say("250 taken")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, slowness: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Letters)
        self.slowness = slowness  # seconds for each letter
        self.taken: list[str] = []
        self.refused: dict[str, str] = {}  # by address, what is said to it
        self.silences = 0  # how many letters are taken without a word

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def mail_server(slowness: float = 0.0) -> Iterator[MailServer]:
    server = MailServer(slowness)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
