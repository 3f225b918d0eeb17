"""django-drip-campaigns on the same steps: the nearest thing that others run. Measured by `make bench`.

It is installed below the bench's own folder by pip as it is configured here, and never becomes one of ours. This file
is also what runs there: `python campaigns.py STEPS CARRIER SMTP FOLDER` prints the seconds that its `send_drips` took.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

NAME = "django-drip-campaigns"
CARRIERS = ("null", "Maildir", "SMTP")
BODY = "<p>Hello {{ user.first_name }},</p>" + "<p>A paragraph of the length that such a mail has. </p>" * 12


def drips(folder: Path, steps: int, runs: int, smtp: str) -> tuple[dict[str, float], str]:
    """Steps per second by carrier, medians; or nothing, and why."""
    python = folder / "venv" / "bin" / "python"
    for command in ([sys.executable, "-m", "venv", str(folder / "venv")], [str(python), "-m", "pip", "install", NAME]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no word"]
            return {}, f"{NAME} does not install here ({said[-1]})"
    found: dict[str, list[float]] = {name: [] for name in CARRIERS}
    for number in range(runs):
        for name in CARRIERS:
            command = [str(python), __file__, str(steps), name, smtp, str(folder / f"{name}-{number}")]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                return {}, f"{NAME} does not run here ({done.stderr.strip().splitlines()[-1]})"
            found[name].append(steps / float(done.stdout.splitlines()[-1]))
    return {name: statistics.median(values) for name, values in found.items()}, ""


def main(steps: int, carrier: str, smtp: str, folder: Path) -> None:
    """Users who joined a week ago, one drip for them, and its own `run`."""
    import django
    from django.conf import settings

    folder.mkdir(parents=True)
    host, _, port = smtp.partition(":")
    backends = {"null": "dummy", "Maildir": "filebased", "SMTP": "smtp"}
    apps = ("auth", "contenttypes", "admin", "messages", "sessions")
    settings.configure(
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), "drip"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "drip.db"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        EMAIL_BACKEND=f"django.core.mail.backends.{backends[carrier]}.EmailBackend",
        EMAIL_FILE_PATH=folder / "mail",
        EMAIL_HOST=host,
        EMAIL_PORT=int(port),
        SECRET_KEY="bench",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        USE_TZ=True,
    )
    django.setup()
    from datetime import timedelta

    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone
    from drip.models import Drip, QuerySetRule

    call_command("migrate", verbosity=0)
    connection.cursor().execute("PRAGMA journal_mode=WAL")
    connection.cursor().execute("PRAGMA synchronous=FULL")
    joined = timezone.now() - timedelta(days=7)
    people = [(number, f"reader{number}@bench.example") for number in range(steps)]
    User.objects.bulk_create(
        User(username=address, first_name=f"Reader {number}", email=address, date_joined=joined)
        for number, address in people
    )
    drip = Drip.objects.create(
        name="first", enabled=True, from_email="rita@bench.example", subject_template="First", body_html_template=BODY
    )
    QuerySetRule.objects.create(drip=drip, field_name="date_joined", lookup_type="lt", field_value="now-1 day")
    began = time.perf_counter()
    drip.drip.run()
    took = time.perf_counter() - began
    assert drip.sent_drips.count() == steps
    print(took)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
