"""A loopback server that speaks as much of the model hub's language as a download hears, faults included."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

LARGE = (".bin", ".safetensors", ".pt")  # kept outside git, as the hub does: listed by SHA-256, served from elsewhere


@dataclass
class Commit:
    files: dict[str, bytes]
    licence: str | None = "apache-2.0"

    @property
    def name(self) -> str:
        return hashlib.sha1(repr((sorted(self.files.items()), self.licence)).encode()).hexdigest()


@dataclass
class Asked:
    """One request that came in; names of headers in small letters."""

    method: str
    host: str
    path: str
    headers: dict[str, str]


@dataclass
class Hub:
    """What the server holds and does wrong.

    Attributes:
        repositories: id -> branch or tag -> commit.
        gated: ids that are given to holders of a token alone.
        tokens: that are accepted.
        served: file name -> bytes that are given out in place of the listed ones.
        cuts: file name -> after how many bytes each of the next answers breaks off.
        ranges: whether parts of a file are given out.
        instead: what a proxy answers in place of the hub.
        asked: every request, in order.
    """

    port: int = 0
    repositories: dict[str, dict[str, Commit]] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    served: dict[str, bytes] = field(default_factory=dict)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    ranges: bool = True
    instead: bytes = b""
    asked: list[Asked] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def publish(self, source: str, files: dict[str, bytes], revision: str = "main", licence: str | None = "mit") -> str:
        """Give a branch or tag of a repository these files; the commit's name."""
        commit = Commit(files, licence)
        self.repositories.setdefault(source, {})[revision] = commit
        return commit.name

    def find(self, source: str, revision: str) -> Commit | None:
        commits = self.repositories[source]
        return commits.get(revision) or next((one for one in commits.values() if one.name == revision), None)

    def downloads(self) -> list[str]:
        """Names of the files whose content was given out, in order."""
        given = [one.path for one in self.asked if one.method == "GET" and "/api/" not in one.path]
        return [path.rsplit("/", 1)[1] for path in given if path.startswith("/stored/") or not path.endswith(LARGE)]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def listed(commit: Commit) -> list[dict[str, object]]:
    siblings: list[dict[str, object]] = []
    for name, content in commit.files.items():
        own: dict[str, object] = {"rfilename": name, "size": len(content), "blobId": git_hash(content)}
        if name.endswith(LARGE):
            own["lfs"] = {"sha256": sha256(content), "size": len(content), "pointerSize": 134}
        siblings.append(own)
    return siblings


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        headers = {key.lower(): value for key, value in self.headers.items()}
        self.hub.asked.append(Asked(self.command, self.headers["Host"].split(":")[0], path, headers))
        if self.hub.instead:
            self.say(200, {}, self.hub.instead)
        elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/(.+)", path):
            self.repository(*match.groups())
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self.resolve(*match.groups())
        elif match := re.fullmatch(r"/stored/([^/]+/[^/]+)/([^/]+)/(.+)", path):
            commit = self.hub.find(match[1], match[2])
            assert commit is not None
            self.content(match[3], commit.files[match[3]], {})
        else:
            self.say(404, {"X-Error-Code": "EntryNotFound"})

    def repository(self, source: str, revision: str) -> None:
        if source not in self.hub.repositories:
            self.say(401, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})
            return
        commit = self.hub.find(source, revision)
        if commit is None:
            self.say(404, {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"})
            return
        about = {"id": source, "sha": commit.name, "private": False, "tags": [], "siblings": listed(commit)}
        card = {"cardData": {"license": commit.licence}} if commit.licence else {}
        self.say(200, {"Content-Type": "application/json"}, json.dumps({**about, **card}).encode())

    def resolve(self, source: str, revision: str, name: str) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if source in self.hub.gated and token not in self.hub.tokens:
            refusal = {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access to this repository is restricted."}
            self.say(403 if token else 401, refusal)
            return
        commit = self.hub.find(source, revision)
        assert commit is not None
        if name not in commit.files:
            self.say(404, {"X-Error-Code": "EntryNotFound"})
            return
        content, headers = commit.files[name], {"X-Repo-Commit": commit.name}
        if not name.endswith(LARGE):
            self.content(name, content, {**headers, "ETag": f'"{git_hash(content)}"'})
            return
        elsewhere = f"http://localhost:{self.hub.port}/stored/{source}/{revision}/{name}"
        headers |= {"X-Linked-Etag": f'"{sha256(content)}"', "X-Linked-Size": str(len(content)), "Location": elsewhere}
        # the other protocol that the hub offers for large files
        headers |= {"X-Xet-Hash": "0" * 64, "Link": f'<{self.hub.address}/xet>; rel="xet-auth"'}
        self.say(302, headers)

    def content(self, name: str, content: bytes, headers: dict[str, str]) -> None:
        content, status = self.hub.served.get(name, content), 200
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")) if self.hub.ranges else None
        if asked:
            start, status = int(asked[1]), 206
            headers = {**headers, "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
            content = content[start:]
        cuts = self.hub.cuts.get(name, [])
        self.say(status, headers, content, cuts.pop(0) if cuts and self.command == "GET" else None)

    def say(self, status: int, headers: dict[str, str], body: bytes = b"", stop_after: int | None = None) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body if stop_after is None else body[:stop_after])
        self.close_connection = self.close_connection or stop_after is not None


class Server(ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub on a free port of 127.0.0.1, for as long as the block lasts."""
    hub = Hub()
    server = Server(("127.0.0.1", 0), type("OwnHandler", (Handler,), {"hub": hub}))
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
