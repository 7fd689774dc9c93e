"""What the edges of a process share: database, authentication, files, telephony, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadline.platform.authentication import Authentication
from leadline.platform.file_storage import FileStorage
from leadline.platform.passwords import Passwords
from leadline.platform.telephony import Telephony
from leadline.settings import Settings
from leadline.store.database import Database


@dataclass(frozen=True)
class Services:
    """What a request may need beyond its unit of work."""

    database: Database
    authentication: Authentication
    passwords: Passwords
    settings: Settings
    files: FileStorage
    telephony: Telephony | None

    def base_url(self, headers: Mapping[str, str], scheme: str) -> str:
        """Where people find this server: as configured, else as the caller found it."""
        if self.settings.base_url:
            return self.settings.base_url.rstrip("/")
        return f"{scheme}://{headers.get('host', 'localhost')}"
