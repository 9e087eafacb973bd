"""A small receiver of Countersign's webhooks: verifies, answers at once, then acts.

Standard library only. Behind a TLS proxy in earnest; on loopback for a try.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from countersign_client import BadSignature, verify_webhook

log = logging.getLogger("countersign.webhook")

MOST_BYTES = 64 << 10
"""More than any outcome has."""


class WebhookReceiver:
    """Listens until it is closed. `act` is called with each decided approval, one after the other.

    Ids are remembered while the program runs. Started anew it may be told again what it knows, so
    `act` must be harmless twice: asking the gate again is.
    """

    def __init__(
        self,
        secret: str,
        act: Callable[[dict[str, Any]], None],
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._secret = secret
        self._act = act
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        self._decided: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._server = ThreadingHTTPServer((host, port), self._handler())
        self.url = f"http://{host}:{self._server.server_port}/hooks/countersign"
        self._threads = [
            threading.Thread(target=self._server.serve_forever, daemon=True),
            threading.Thread(target=self._work, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stops listening and waits for what is under way."""
        self._server.shutdown()
        self._server.server_close()
        self._decided.put(None)
        for thread in self._threads:
            thread.join()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """The status for a message; a new one is put in line."""
        try:
            message = verify_webhook(self._secret, headers, body)
        except BadSignature as error:
            log.warning("refused a webhook: %s", error)
            return 401
        ident = {name.lower(): value for name, value in headers.items()}["webhook-id"]
        with self._lock:
            is_new = ident not in self._seen
            self._seen.add(ident)
        if is_new and message.get("type") == "approval.decided":
            self._decided.put(message["data"])
        return 204

    def _work(self) -> None:
        while (decided := self._decided.get()) is not None:
            try:
                self._act(decided)
            except Exception:
                log.exception("could not act on %s", decided.get("approval_id"))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if not length.isdigit() or int(length) > MOST_BYTES:
                    self.send_response(413)
                    self.end_headers()
                    return
                body = self.rfile.read(int(length))
                self.send_response(receiver.take(dict(self.headers.items()), body))
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                log.debug(format, *args)

        return Handler
