"""Logs: one JSON line an event on standard output, with ids, codes and durations; never a text, a token or a phone
number. With LOG_FILE the same lines go to a file a day (logfile.py).
"""

import logging
import logging.config
import sys
import time
import traceback
import uuid
from pathlib import Path

import structlog

from .logfile import DailyFile

log = structlog.get_logger(__name__)


def logging_config(level: str, file: str = "") -> None:
    """Send structlog's and the standard library's records through one JSON formatter, also to ``file`` where one is named.

    Raises OSError where it cannot be written.
    """
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(where),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
                    ],
                }
            },
            "filters": {"no words": {"()": _NoWords}},
            "handlers": {"out": {"()": _Out, "formatter": "json", "filters": ["no words"]}},
            "root": {"handlers": ["out"], "level": level},
            "loggers": {
                # These print addresses, arguments or every task; what matters of them we log ourselves.
                "urllib3": {"level": "WARNING"},
                "httpx2": {"level": "WARNING"},  # a line for each call of the model, with its address
                "celery.app.trace": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "django.request": {"level": "ERROR"},
                "django.db.backends": {"level": "WARNING"},
                "psycopg.pool": {"level": "ERROR"},
            },
        }
    )
    if file:
        daily = DailyFile(file)
        daily.setFormatter(logging.getLogger().handlers[0].formatter)
        daily.addFilter(_NoWords())
        logging.getLogger().addHandler(daily)


def where(exc_info) -> str:
    """An exception and its causes by type and place, without their words: those may hold what a customer wrote, as
    PostgreSQL's do ("Key (value)=(919876500001) already exists").
    """
    lines, error, seen = [], exc_info[1], set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)
        lines.append(" ".join(filter(None, [_name(error), getattr(error, "sqlstate", None)])))
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(lines)


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


class _NoWords(logging.Filter):
    """Takes the words of exceptions and the addresses of pages out of the records of libraries that write them into their text."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if record.name == "celery.app.trace" and isinstance(record.args, dict):
            told = _name(error) if error else "-"
            record.args = {**record.args, "exc": told, "traceback": "", "args": "", "kwargs": "", "description": told}
        elif record.name == "django.request" and isinstance(record.args, tuple) and len(record.args) == 2:
            match = getattr(getattr(record, "request", None), "resolver_match", None)
            record.args = (record.args[0], match.route if match else "-")
        return True


class _Out(logging.StreamHandler):
    """Standard output; of a management command standard error, since its output is its answer (``doctor --json``)."""

    def __init__(self):
        super().__init__(sys.stderr if Path(sys.argv[0]).name == "manage.py" else sys.stdout)


class RequestLog:
    """Give each request an id (kept from ``X-Request-ID`` where it looks like one), and log its end with the
    duration.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = _request_id(request.headers.get("X-Request-ID", ""))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request.id
        route = (
            request.resolver_match.route if request.resolver_match else "-"
        )  # the pattern: a path may hold an id or a name
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response


def _request_id(given: str) -> str:
    return given if 8 <= len(given) <= 64 and given.replace("-", "").isalnum() and given.isascii() else uuid.uuid4().hex
