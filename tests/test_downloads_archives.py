"""Unpacking zip files that are damaged or mean harm: nothing gets out of the folder, and the reason is told."""

import io
import random
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from workflow_scripts.downloads import archives, disk
from workflow_scripts.study.errors import UserError

NOISE = random.Random(3).randbytes(3000)
FILES = {"Actor_01/a.wav": NOISE, "Actor_01/b.wav": b"", "Actor_02/a.wav": NOISE[::-1]}


def packed(files: "dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]]") -> bytes:
    """A zip file with these members, written as they are named."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return buffer.getvalue()


def unpack(content: bytes, place: Path) -> Path:
    """The folder that was unpacked into, two levels below `place`, where nothing else may appear."""
    (place / "inner").mkdir(parents=True)
    (place / "inner" / "a.zip").write_bytes(content)
    archives.unpack(place / "inner" / "a.zip", place / "inner" / "unpacked")
    return place / "inner" / "unpacked"


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def refused(content: bytes, place: Path) -> str:
    with pytest.raises(UserError) as error:
        unpack(content, place)
    assert str(place / "inner" / "a.zip") in str(error.value)
    return str(error.value)


def test_everything_comes_out_as_it_went_in(tmp_path: Path) -> None:
    members = [("Actor_01/", b""), *FILES.items(), ("Actor_03/", b"")]
    folder = unpack(packed(members), tmp_path)
    assert {name: (folder / name).read_bytes() for name in files_below(folder)} == FILES
    assert (folder / "Actor_03").is_dir()


def test_permissions_of_the_archive_do_not_count(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("run.sh")
    member.external_attr = (stat.S_IFREG | stat.S_ISUID | 0o777) << 16
    path = unpack(packed([(member, b"#!/bin/sh")]), tmp_path) / "run.sh"
    assert path.stat().st_mode & (stat.S_ISUID | 0o111) == 0


@pytest.mark.parametrize(
    "name",
    [
        *("../out.wav", "Actor_01/../../out.wav", "Actor_01/..", "..", ".", "./a.wav", "a/./b.wav"),
        *("/out.wav", "//out.wav", "a//b.wav", "C:/out.wav", "C:out.wav", "..\\out.wav", "\\\\host\\out.wav"),
        *("a.wav\n", "a\x1b[2J.wav", f"{'a' * 300}.wav"),
    ],
)
def test_a_name_that_leads_out_or_that_no_file_has_is_refused(tmp_path: Path, name: str) -> None:
    message = refused(packed([("Actor_01/a.wav", NOISE), (name, b"harm")]), tmp_path)
    assert repr(name) in message
    assert "nothing was unpacked" in message
    assert files_below(tmp_path) == ["inner/a.zip"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    member = zipfile.ZipInfo("Actor_01")
    member.external_attr = (kind | 0o777) << 16
    assert "'Actor_01' is a link or a device" in refused(packed([(member, b"/etc"), *FILES.items()]), tmp_path)
    assert files_below(tmp_path) == ["inner/a.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("a.wav", "a.wav"), ("a.wav", "A.WAV"), ("a", "a/b.wav"), ("a/b.wav", "a")])
def test_names_that_stand_twice_are_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    assert "stands twice" in refused(packed([(name, NOISE) for name in names]), tmp_path)


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    content = bytearray(packed({"a.wav": NOISE}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert "is encrypted" in refused(bytes(content), tmp_path)


def test_other_methods_of_packing_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.wav", NOISE)
    assert "method that is not read here" in refused(buffer.getvalue(), tmp_path)


def test_a_bomb_is_refused_by_what_it_would_unpack_to(tmp_path: Path) -> None:
    assert "more than 20 times its own size" in refused(packed({"a.wav": bytes(10_000_000)}), tmp_path)
    assert files_below(tmp_path) == ["inner/a.zip"]


def test_digital_silence_among_recordings_is_no_bomb(tmp_path: Path) -> None:
    files = {"a.wav": random.Random(4).randbytes(100_000), "b.wav": bytes(1_000_000)}
    assert files_below(unpack(packed(files), tmp_path)) == ["a.wav", "b.wav"]


def test_a_bomb_of_many_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 10)
    assert len(files_below(unpack(packed({f"{n}.wav": b"" for n in range(10)}), tmp_path / "most"))) == 10
    assert "11 members" in refused(packed({f"{n}.wav": b"" for n in range(11)}), tmp_path / "more")


def test_a_member_that_is_bigger_than_it_says_is_cut_and_refused(tmp_path: Path) -> None:
    content = bytearray(packed({"a.wav": bytes(1_000_000)}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):  # the uncompressed size, twice
        struct.pack_into("<I", content, content.index(signature) + offset, 1000)
    assert "damaged" in refused(bytes(content), tmp_path)
    assert (tmp_path / "inner/unpacked/a.wav").stat().st_size <= 1000


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_zip_is_told_as_such(tmp_path: Path, keep: float) -> None:
    content = packed(FILES)
    assert "damaged or not a whole zip file" in refused(content[: int(keep * len(content))], tmp_path)


def test_a_zip_without_its_middle_is_told_as_damaged(tmp_path: Path) -> None:
    content = bytearray(packed(FILES))
    content[200:220] = bytes(20)
    assert "damaged or not a whole zip file" in refused(bytes(content), tmp_path)


def test_whatever_is_changed_the_end_is_whole_or_a_reason(tmp_path: Path) -> None:
    content, draw = packed(FILES), random.Random(5)
    outcomes = set()
    for number in range(400):
        changed = bytearray(content)
        for _ in range(draw.randint(1, 4)):
            # Half of the changes in the list of members at the end, which is the part that steers.
            at = (
                draw.randrange(len(changed) - 250, len(changed))
                if draw.random() < 0.5
                else draw.randrange(len(changed))
            )
            changed[at] = draw.randrange(256)
        place = tmp_path / str(number)
        try:
            folder = unpack(bytes(changed), place)
        except UserError as error:
            outcomes.add("the disk is blamed" if "cannot be written" in str(error) else "refused")
        else:
            outcomes.add("unpacked")
            assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 20 * len(changed)
        outside = [name for name in files_below(place) if not name.startswith(("inner/unpacked/", "inner/a.zip"))]
        assert not outside
    assert outcomes == {"refused", "unpacked"}


def test_a_full_disk_is_told_before_anything_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = disk.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda folder: usage._replace(free=5999))
    with pytest.raises(UserError, match="make room"):
        unpack(packed(FILES), tmp_path)
    assert files_below(tmp_path) == ["inner/a.zip"]


def test_what_is_there_already_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.zip").write_bytes(packed(FILES))
    (tmp_path / "inner" / "unpacked").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        archives.unpack(tmp_path / "inner" / "a.zip", tmp_path / "inner" / "unpacked")
    assert files_below(tmp_path) == ["inner/a.zip"]
