"""Fetching over HTTP against a server on this machine that has the faults of real ones."""

import hashlib
import logging
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from loopback import Answer, Server, serving

from workflow_scripts.downloads import disk, http
from workflow_scripts.study.errors import UserError

CONTENT = random.Random(1).randbytes(100_000)
OTHER = random.Random(2).randbytes(100_000)
CUT = 40_000


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of no length, and no proxy between this machine and itself."""
    monkeypatch.setattr(http, "PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server(CONTENT, tag='"first"')) as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "a.zip"


def part(path: Path) -> Path:
    return path.with_name("a.zip.part")


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def fetch(server: Server, path: Path) -> None:
    http.download(f"{server.url}/a.zip", path, len(CONTENT), md5(CONTENT))


def refused(server: Server, path: Path) -> str:
    """The message of the refusal; nothing may be there under the final name then."""
    with pytest.raises(UserError) as error:
        fetch(server, path)
    assert not path.exists()
    assert server.url in str(error.value)
    return str(error.value)


def test_a_file_comes_whole_in_one_request_and_the_progress_is_told(server, path, capsys, caplog):
    caplog.set_level(logging.INFO)
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert [file.name for file in path.parent.iterdir()] == ["a.zip"]
    assert server.sent == [len(CONTENT)]
    assert "100%" in capsys.readouterr().err
    assert "all 100000 bytes" in caplog.text


@pytest.mark.parametrize("cuts", [[CUT], [1, 0, 0, 70_000]])
def test_a_cut_connection_is_taken_up_where_it_ended(server, path, cuts):
    server.faults = [Answer(cut_after=cut) for cut in cuts]
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert sum(server.sent) == len(CONTENT)
    assert server.requests[-1].headers["Range"] == f"bytes={sum(cuts)}-"


def test_the_part_of_an_ended_run_is_taken_up_and_only_the_rest_is_sent(server, path):
    part(path).parent.mkdir()
    part(path).write_bytes(CONTENT[:CUT])
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert server.sent == [len(CONTENT) - CUT]
    assert not part(path).exists()


def test_what_came_before_the_server_was_lost_is_kept_for_the_next_run(server, path, monkeypatch):
    monkeypatch.setattr(http, "PROGRESS", 1000)
    server.faults = [Answer(cut_after=CUT)]
    server.always = Answer(cut_after=0)
    assert f"got {CUT} of {len(CONTENT)} bytes, then {http.TRIES} tries in vain" in refused(server, path)
    assert part(path).read_bytes() == CONTENT[:CUT]
    assert len(server.requests) == 1 + http.TRIES


def test_tries_count_only_while_nothing_new_comes(server, path, monkeypatch):
    monkeypatch.setattr(http, "PROGRESS", 1000)
    server.always = Answer(cut_after=5000)
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert len(server.requests) == 20


def test_a_server_without_ranges_sends_all_again(server, path):
    server.ranges = False
    server.faults = [Answer(cut_after=CUT)]
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert server.sent == [CUT, len(CONTENT)]


def test_a_server_without_ranges_that_always_cuts_is_given_up(server, path, monkeypatch):
    monkeypatch.setattr(http, "PROGRESS", 1000)
    server.ranges = False
    server.always = Answer(cut_after=CUT)
    assert "tries in vain" in refused(server, path)
    assert len(server.requests) == 1 + http.TRIES


def test_a_connection_that_stands_still_is_taken_up_again(server, path, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT", 1.0)
    server.faults = [Answer(stop_after=CUT)]
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert sum(server.sent) == len(CONTENT)


def replace(server: Server, content: bytes, tag: str = "") -> None:
    server.content, server.tag = content, tag


def test_a_file_that_changes_between_two_tries_is_fetched_from_its_beginning(server, path):
    replace(server, OTHER, '"old"')
    server.faults = [Answer(cut_after=CUT), Answer(before=lambda: replace(server, CONTENT, '"new"'))]
    fetch(server, path)
    assert server.requests[1].headers["If-Range"] == '"old"'
    assert path.read_bytes() == CONTENT
    assert server.sent == [CUT, len(CONTENT)]


def test_a_changed_file_without_a_tag_is_found_by_its_checksum_and_fetched_once_more(server, path):
    replace(server, OTHER)
    server.faults = [Answer(cut_after=CUT), Answer(before=lambda: replace(server, CONTENT))]
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert server.sent == [CUT, len(CONTENT) - CUT, len(CONTENT)]


def test_a_weak_tag_promises_no_bytes(server, path):
    server.tag = 'W/"first"'
    server.faults = [Answer(cut_after=CUT)]
    fetch(server, path)
    assert "If-Range" not in server.requests[1].headers
    assert path.read_bytes() == CONTENT


def test_a_part_of_another_file_is_thrown_away(server, path):
    part(path).parent.mkdir()
    part(path).write_bytes(OTHER[:CUT])
    fetch(server, path)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) + 1])
def test_a_part_that_is_complete_or_too_long_is_not_believed(server, path, length):
    part(path).parent.mkdir()
    part(path).write_bytes(b"x" * length)
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert server.sent == [len(CONTENT)]


def test_a_part_that_is_whole_is_not_fetched_again(server, path):
    part(path).parent.mkdir()
    part(path).write_bytes(CONTENT)
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert server.requests == []


def test_a_wrong_checksum_is_refused_and_the_bytes_are_deleted(server, path):
    server.content = OTHER
    message = refused(server, path)
    assert f"the md5 {md5(OTHER)} instead of {md5(CONTENT)}" in message
    assert list(path.parent.iterdir()) == []
    assert len(server.requests) == 1  # it came in one piece: the server has no better one


def test_another_size_is_refused_before_a_byte_is_written(server, path):
    server.content = CONTENT + b"more"
    assert "has 100004 bytes instead of 100000" in refused(server, path)
    assert not part(path).exists()


def test_never_more_than_the_stated_bytes_are_written(server, path, monkeypatch):
    written = []
    monkeypatch.setattr(http, "checksum", lambda file: written.append(file.stat().st_size) or "")
    server.always = Answer(body=CONTENT + OTHER, headers={"Transfer-Encoding": "identity", "Content-Length": ""})
    refused(server, path)
    assert written == [len(CONTENT)]


def test_a_body_in_chunks_of_unknown_length_is_read_to_its_end(server, path):
    def chunked(content: bytes) -> Answer:
        pieces = [content[at : at + 30_000] for at in range(0, len(content), 30_000)] + [b""]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
        return Answer(body=body, headers={"Transfer-Encoding": "chunked", "Content-Length": ""})

    server.always = chunked(CONTENT)
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    path.unlink()
    server.ranges = False
    server.always = chunked(CONTENT[:CUT])
    assert "tries in vain" in refused(server, path)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/a", "zenodo"])
def test_only_the_web_is_asked(path, url):
    with pytest.raises(UserError, match="no address of the web"):
        http.download(url, path, 1, "")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_told_at_once(server, path, status):
    server.always = Answer(status=status)
    assert f"the server says {status}" in refused(server, path)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_is_asked_again(server, path, status):
    server.faults = [Answer(status=status), Answer(status=status)]
    fetch(server, path)
    assert path.read_bytes() == CONTENT
    server.always = Answer(status=status)
    path.unlink()
    assert f"no answer: the server says {status}" in refused(server, path)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were to be waited; nothing waits."""
    pauses: list[float] = []
    monkeypatch.setattr(http, "time", SimpleNamespace(sleep=pauses.append, monotonic=time.monotonic))
    return pauses


def test_a_server_that_asks_for_time_gets_it(server, path, pauses):
    server.faults = [
        Answer(status=429, headers={"Retry-After": "7"}),
        Answer(status=503, headers={"Retry-After": "999"}),
    ]
    fetch(server, path)
    assert pauses == [7.0, http.LONGEST_PAUSE]


def test_pauses_grow(server, path, pauses, monkeypatch):
    monkeypatch.setattr(http, "PAUSE", 1.0)
    server.always = Answer(cut_after=0)
    refused(server, path)
    assert pauses == [1, 2, 4, 8]


def test_a_web_page_is_not_taken_for_the_file(server, path):
    server.ranges = False
    server.always = Answer(body=b"<html>Log in</html>", headers={"Content-Type": "text/html; charset=utf-8"})
    part(path).parent.mkdir()
    part(path).write_bytes(CONTENT[:CUT])
    assert "a web page instead of the file" in refused(server, path)
    assert part(path).read_bytes() == CONTENT[:CUT]


def test_a_redirection_is_followed_with_the_range(server, path):
    with serving(Server(b"")) as front:
        front.always = Answer(status=302, headers={"Location": f"{server.url}/elsewhere"})
        part(path).parent.mkdir()
        part(path).write_bytes(CONTENT[:CUT])
        fetch(front, path)
    assert path.read_bytes() == CONTENT
    assert server.sent == [len(CONTENT) - CUT]


def test_where_the_server_knows_no_such_range_the_part_is_thrown_away(server, path):
    server.faults = [Answer(cut_after=CUT), Answer(status=416)]
    fetch(server, path)
    assert [request.headers["Range"] for request in server.requests] == [None, f"bytes={CUT}-", None]
    assert path.read_bytes() == CONTENT


def test_an_answer_to_another_range_is_not_believed(server, path):
    server.faults = [Answer(cut_after=CUT), Answer(headers={"Content-Range": "bytes 5-99999/100000"})]
    fetch(server, path)
    assert path.read_bytes() == CONTENT


def test_where_nobody_answers_the_address_is_named(path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = Server(CONTENT)
        server.url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert "no answer" in refused(server, path)


def test_a_full_disk_is_told_before_anything_is_fetched(server, path, monkeypatch):
    usage = disk.shutil.disk_usage(path.parents[1])
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda folder: usage._replace(free=99_999))
    with pytest.raises(UserError, match="make room"):
        fetch(server, path)
    assert server.requests == []


def test_a_folder_that_cannot_be_written_is_told(server, path):
    path.parent.write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot be written") as error:
        fetch(server, path)
    assert error.value.remedy


def test_a_disk_that_fills_up_on_the_way_is_told(server, path):
    part(path).parent.mkdir()
    part(path).symlink_to("/dev/full")
    with pytest.raises(UserError, match="No space left on device"):
        fetch(server, path)
    assert not path.exists()


def test_a_job_whose_snakemake_has_ended_stops_fetching(server, path, monkeypatch):
    server.always = Answer(before=lambda: monkeypatch.setenv("VOCALISE_SNAKEMAKE", "999999999"), pause=0.06)
    with pytest.raises(RuntimeError, match="has ended"):
        fetch(server, path)
    assert not path.exists()
    assert part(path).stat().st_size < len(CONTENT)
