"""Log lines as JSON, one each, with nothing in them by which a person is known."""

import json
import logging
import re
from typing import ClassVar

from portal import clock


class Lines(logging.Formatter):
    """Addresses of mail and long numbers (PESEL, NIP, accounts, phones) are struck out wherever they stand."""

    STRUCK: ClassVar = (
        (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<e-mail>"),
        # What a database quotes of a row that it refuses.
        (re.compile(r"\b(DETAIL|CONTEXT):.*"), r"\1: <row>"),
        (re.compile(r"(?<![\w-])\+?\d(?:[ -]?\d){8,25}(?![\w-])"), "<number>"),
    )

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": clock.true_now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._without_persons(record.getMessage()),
        }
        if record.exc_info:
            said["fault"] = self._without_persons(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)

    def _without_persons(self, text: str) -> str:
        for pattern, instead in self.STRUCK:
            text = pattern.sub(instead, text)
        return text
