"""Close's own Python client against the real server on a port: only its base URL differs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from closeio_api import API

from leadline.app import make_app, make_services
from tests.cast import World
from tests.close.official_client import client_of
from tests.conftest import TEST_SETTINGS


@pytest.fixture
def client(world: World, database_url: str) -> Iterator[API]:
    """The client with ada's key, and a server of its own for it."""
    app = make_app(make_services(TEST_SETTINGS, database_url, world.clock))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_config=None, ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # It listens already: who comes before the server is up waits in the queue.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1/"
        api = client_of(url, world.ada.api_key)
        try:
            yield api
        finally:
            api.session.close()
            server.should_exit = True
            thread.join()
