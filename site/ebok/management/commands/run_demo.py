"""`make run`: the demo's database made ready, then site, worker and scheduler together until one asks them to end."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from ebok import demo_applications, demo_office, demo_people

TOP: Path = settings.BASE_DIR
VAR: Path = settings.VAR_DIR
STATIC_MANIFEST = "staticfiles.json"
# What the prepared state depends on: a change of any of these makes the next start prepare again.
INGREDIENTS = (
    "requirements.txt",
    "site/ebok/settings/*.py",
    "site/ebok/presets/*.toml",
    "site/ebok/presets/papers/*.html",
    "static/**/*",
    *(
        f"{room}/**/{part}"
        for room in ("home", "payments", "forms", "portal")
        for part in ("migrations/*.py", "static/**/*")
    ),
)


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or the machine asks us to end."""


class Command(BaseCommand):
    help = "Makes the demo of one preset ready and runs site, worker and scheduler until Ctrl-C."
    requires_system_checks = ()  # a second start should take seconds; make check runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default="8000", help="where the site answers on 127.0.0.1 (8000)")
        parser.add_argument("--customers", type=int, default=200, help="how many customers a new demo has (200)")

    def handle(self, *args: Any, **options: Any) -> None:
        port = self._free_port(options["port"])
        presets = sorted(path.stem for path in (TOP / "site/ebok/presets").glob("[a-z]*.toml"))
        if settings.EBOK_PRESET not in presets:
            known = ", ".join(presets) or "none yet"
            raise CommandError(f"There is no preset {settings.EBOK_PRESET}. Presets: {known}.", returncode=2)
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        try:
            Demo(self, settings.EBOK_PRESET, options["customers"]).make_ready()
            Processes(self, port).run_until_stopped()
        except Stopped:
            self.stdout.write("The portal has stopped. Its data is kept; make demo-reset throws it away.")

    def _free_port(self, text: str) -> int:
        if not text.isdecimal() or not 0 < int(text) < 2**16:
            raise CommandError(
                f"{text} is not a port. Give a number from 1 to 65535, for example PORT=8080.", returncode=2
            )
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(text)))
            except PermissionError:
                raise CommandError(f"Port {text} needs root's rights. Try make run PORT=8080.", returncode=2) from None
            except OSError:
                raise CommandError(
                    f"Port {text} is taken by another program. Stop it, or choose another: make run PORT={int(text) % 60000 + 1}.",
                    returncode=2,
                ) from None
        return int(text)


class Demo:
    """One preset's database and files under var/, and the notes that say how far they are made."""

    def __init__(self, command: BaseCommand, preset: str, customers: int) -> None:
        self.command, self.preset, self.customers = command, preset, customers
        self.database = Path(settings.DATABASES["default"]["NAME"])
        self.filled = VAR / f"demo-{preset}.filled.json"  # who can sign in; there once the demo data is complete
        self.prepared = VAR / f"demo-{preset}.prepared"

    def make_ready(self) -> None:
        state = _fingerprint()
        new = not (self.filled.exists() and self.database.exists())
        static_made = (Path(settings.STATIC_ROOT) / STATIC_MANIFEST).exists()
        if not new and static_made and self.prepared.exists() and self.prepared.read_text() == state:
            self._publish_sign_ins()
            return
        if new:
            self._throw_half_made_away()
        self.prepared.unlink(missing_ok=True)
        # Static files are half of a first start's time and need no database: they are made meanwhile.
        collecting = subprocess.Popen(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=TOP
        )
        try:
            self._fill(new=new)
        except BaseException:
            collecting.terminate()
            raise
        if collecting.wait():
            raise CommandError("The static files could not be collected; the lines above say why.")
        self.prepared.write_text(state)
        self._publish_sign_ins()

    def _fill(self, *, new: bool) -> None:
        self._say("Making the database ready.")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        self._say(f"Loading the preset {self.preset}.")
        call_command("load_preset", self.preset)
        if new:
            self._say("Making demo data and importing it.")
            call_command("demo_data", customers=self.customers, seed=1)
            demo_office.settle()
            demo_applications.settle()
            demo_people.write(VAR / "demo-sign-ins.json", demo_people.settle(), settings.EBOK_BASE_URL)
            shutil.copyfile(VAR / "demo-sign-ins.json", self.filled)

    def _throw_half_made_away(self) -> None:
        """A first start that was cut short leaves a database that nobody has used: it is made anew."""
        for path in VAR.glob(f"*-{self.preset}*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _publish_sign_ins(self) -> None:
        people = json.loads(self.filled.read_text(encoding="utf-8"))
        people["url"] = settings.EBOK_BASE_URL
        text = json.dumps(people, ensure_ascii=False, indent=2)
        (VAR / "demo-sign-ins.json").write_text(text + "\n", encoding="utf-8")

    def _say(self, sentence: str) -> None:
        self.command.stdout.write(sentence)
        self.command.stdout.flush()


class Processes:
    """Site, worker and scheduler: started together, ended together."""

    def __init__(self, command: BaseCommand, port: int) -> None:
        self.command, self.port = command, port
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def run_until_stopped(self) -> None:
        try:
            self._start("site", "-m", "gunicorn", *self._gunicorn())
            self._wait_for_the_site()
            self._start("worker", "manage.py", "worker")
            self._start("scheduler", "manage.py", "scheduler")
            self._print_who_can_sign_in()
            while True:
                self._check_all_live()
                time.sleep(0.5)
        finally:
            self._end_all()

    def _gunicorn(self) -> list[str]:
        return [
            "ebok.wsgi:application",
            f"--bind=127.0.0.1:{self.port}",
            "--pythonpath=site",
            "--worker-class=gthread",
            "--workers=2",
            "--threads=4",
            "--preload",  # loaded once, not once a worker
            "--log-level=warning",
            f"--worker-tmp-dir={'/dev/shm' if os.access('/dev/shm', os.W_OK) else VAR}",  # noqa: S108 - gunicorn's own advice for its heartbeat
        ]

    def _start(self, name: str, *arguments: str) -> None:
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "ebok.settings.demo", "PYTHONUNBUFFERED": "1"}
        # Each tells every step that it takes: of use when something fails, and noise on the terminal otherwise.
        with self._log(name).open("wb") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603 - our own commands, named above
                [sys.executable, *arguments], cwd=TOP, env=environment, stdout=log, stderr=subprocess.STDOUT
            )

    def _log(self, name: str) -> Path:
        return VAR / f"demo-{settings.EBOK_PRESET}.{name}.log"

    def _wait_for_the_site(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self._check_all_live()
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise CommandError(f"The site did not start within a minute; {self._log('site')} may say why.")

    def _check_all_live(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                raise CommandError(
                    f"The {name} ended by itself (exit {process.returncode}); {self._log(name)} may say why."
                )

    def _end_all(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave one of them behind
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + 15
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

    def _print_who_can_sign_in(self) -> None:
        listed = json.loads((VAR / "demo-sign-ins.json").read_text(encoding="utf-8"))
        write = self.command.stdout.write
        write(f"\neBOK ({listed['preset']}) answers on {settings.EBOK_BASE_URL}/\n\nWho can sign in:")
        for role, person in listed["people"].items():
            name = person.get("identifier") or person.get("email")
            note = "" if person.get("can_sign_in", True) else "  (this preset has no such sign-in)"
            write(f"  {role:<20} {name:<32} {person.get('password', '')}{note}")
        if new := listed.get("register_with"):
            write(f"\nRegister as a newcomer with invoice {new['number']}, value {new['amount']} zł.")
        if old := listed.get("move_with"):
            write(f"\nMove from the old portal: press “{old['press']}” and type {old['login']}.")
        write(f"\nCustomers: {listed['sign_in']}  Staff: {listed['panel']}  Mail: /demo/poczta/\nCtrl-C ends it.")
        self.command.stdout.flush()


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _fingerprint() -> str:
    """One line that changes when a migration, a preset, a setting, a static file or the lock does."""
    found = hashlib.sha256()
    for pattern in INGREDIENTS:
        for path in sorted(TOP.glob(pattern)):
            if path.is_file():
                change = path.stat()
                found.update(f"{path.relative_to(TOP)} {change.st_size} {change.st_mtime_ns}\n".encode())
    return found.hexdigest()
