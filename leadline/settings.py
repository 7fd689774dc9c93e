"""One typed settings object, read once from ``LEADLINE_*`` variables. See docs/settings.md."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Memory = Annotated[int, msgspec.Meta(ge=8)]  # argon2 needs 8 KiB
Seconds = Annotated[float, msgspec.Meta(ge=0)]
HttpUrl = Annotated[str, msgspec.Meta(pattern="^https?://[^/]")]
MetricsToken = Annotated[str, msgspec.Meta(min_length=16)]  # short ones can be guessed
Pause = Annotated[float, msgspec.Meta(gt=0)]
LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsError(Exception):
    """A variable has a value that cannot be used. The text names it."""


def default_data_folder() -> Path:
    """Where the data lives unless told otherwise: /var/lib/leadline for root, else the home."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/leadline")
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "leadline"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting of the server, with its default. Times are seconds, sizes bytes."""

    data: Path = msgspec.field(default_factory=default_data_folder)
    database_url: str | None = None
    migration_url: str | None = None
    host: str = "127.0.0.1"
    port: Port = 2212
    workers: Count = 1
    base_url: str | None = None
    allowed_hosts: str | None = None
    trusted_proxies: str | None = None
    pool_size: Count = 10
    pool_timeout_s: Pause = 10.0
    statement_timeout_s: Seconds = 30.0
    pooled: bool = False
    max_head_bytes: Count = 64 * 1024
    max_headers: Count = 100
    max_body_bytes: Count = 1024 * 1024
    max_file_bytes: Count = 25 * 1024 * 1024
    body_timeout_s: Pause = 30.0
    rate_limit: Count = 6000
    anonymous_rate_limit: Count = 200
    rate_window_s: Count = 10
    form_hourly_limit: Count = 1000
    credential_cache_s: Seconds = 2.0
    access_token_s: Count = 8 * 3600
    refresh_token_s: Count = 30 * 86400
    session_s: Count = 30 * 86400
    idle_timeout_minutes: Count = 30
    argon2_memory_kib: Memory = 19 * 1024
    argon2_passes: Count = 2
    login_free_failures: Count = 5
    login_max_delay_s: Count = 900
    idempotency_s: Count = 86400
    files: str | None = None
    s3_bucket: str | None = None
    s3_endpoint: HttpUrl | None = None
    s3_region: str = "us-east-1"
    s3_key: str | None = None
    s3_secret: str | None = None
    telephony: Literal["none", "test"] = "none"
    run_jobs: bool = True
    job_poll_s: Pause = 1.0
    log_level: LogLevel = "info"
    log_json: bool = False
    metrics_token: MetricsToken | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Reads ``LEADLINE_<NAME>`` for every field; raises SettingsError on a bad value."""
        source = os.environ if environment is None else environment
        hints = get_type_hints(cls, include_extras=True)
        given: dict[str, Any] = {}
        for name in cls.__struct_fields__:
            text = source.get(variable_name(name))
            if text is None or text == "":
                continue
            try:
                given[name] = msgspec.convert(_plain(text, hints[name]), hints[name], strict=False)
            except (msgspec.ValidationError, ValueError) as error:
                raise SettingsError(f"{variable_name(name)}={text!r}: {error}") from error
        return cls(**given)


def variable_name(field_name: str) -> str:
    """The environment variable of a setting: ``LEADLINE_PORT`` for ``port``."""
    return f"LEADLINE_{field_name.upper()}"


def _plain(text: str, kind: Any) -> Any:
    if kind is Path:
        return Path(text).expanduser()
    if kind is bool:
        lowered = text.strip().lower()
        if lowered in {"1", "true", "yes", "on"}:
            return True
        if lowered in {"0", "false", "no", "off"}:
            return False
        raise ValueError("expected true or false")
    return text
