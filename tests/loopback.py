"""A web server on this machine that offers one file, and the faults that real ones have."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """How one request is answered; what is left out is as a faultless server would have it."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut_after: int | None = None  # bytes of the body, then the connection is closed
    stop_after: int | None = None  # bytes of the body, then nothing more comes, and the connection stays
    before: Callable[[], None] = lambda: None
    pause: float = 0.0  # seconds after every piece of the body


@dataclass
class Request:
    path: str
    headers: Message
    sent: int = 0  # bytes of the body


class Server:
    """Answers every GET with `content`; the first ones as `faults` say, one each."""

    def __init__(self, content: bytes, ranges: bool = True, tag: str = "") -> None:
        self.content, self.ranges, self.tag = content, ranges, tag
        self.faults: list[Answer] = []
        self.always: Answer | None = None
        self.requests: list[Request] = []
        self.url = ""

    @property
    def sent(self) -> list[int]:
        """Bytes of the body of every answer."""
        return [request.sent for request in self.requests]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        request = Request(handler.path, handler.headers)
        self.requests.append(request)
        fault = self.faults.pop(0) if self.faults else self.always or Answer()
        fault.before()
        whole = self.content if fault.body is None else fault.body
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        condition = handler.headers.get("If-Range")
        begin, status = 0, 200
        headers = {"ETag": self.tag} if self.tag else {}
        if asked and self.ranges and condition in (None, self.tag):
            begin, status = int(asked[1]), 206
            headers["Content-Range"] = f"bytes {begin}-{len(whole) - 1}/{len(whole)}"
            if begin >= len(whole):
                begin, status, whole = 0, 416, b""
        body = whole[begin:]
        headers |= {"Content-Length": str(len(body)), "Content-Type": "application/octet-stream"} | fault.headers
        handler.send_response(fault.status or status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        body = body[: fault.cut_after][: fault.stop_after]
        for at in range(0, len(body), 4096):
            piece = body[at : at + 4096]
            request.sent += len(piece)  # before: afterwards the other side may have gone on already
            handler.wfile.write(piece)
            time.sleep(fault.pause)
        if fault.stop_after is not None:
            handler.connection.settimeout(60)
            handler.connection.recv(1)  # until the other side hangs up
        handler.close_connection = True


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server at work under `server.url`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                server.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *arguments: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join(timeout=5)
