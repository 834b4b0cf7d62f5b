"""Files of a revision, made before anything shows them: each once, all on the disk, none left over."""

from pathlib import Path
from threading import Event

import pytest

from resonant.errors import PlaceError
from resonant.library.desk import desk
from resonant.library.digests import digest


def test_what_is_begun_is_made_at_once_and_only_once(tmp_path: Path) -> None:
    made: list[str] = []
    is_made = Event()

    def tune() -> bytes:
        made.append("tune")
        is_made.set()
        return b"la la"

    with desk(tmp_path) as files:
        files.begin({"stems/tune.wav": tune})
        assert is_made.wait(10.0), "nobody has asked for it yet"
        written = files.written({"stems/tune.wav": tune, "song.mid": lambda: b"do re mi"})
        assert list(written.blocks) == ["song.mid", "stems/tune.wav"] and made == ["tune"]
        for name, content in (("song.mid", b"do re mi"), ("stems/tune.wav", b"la la")):
            assert (files.folder / name).read_bytes() == content
            assert written.digests[name] == digest(files.folder / name)
    assert list(tmp_path.iterdir()) == []


def test_what_fails_is_told_when_it_is_asked_for_and_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> bytes:
        raise RuntimeError("the pen broke")

    with desk(tmp_path) as files:
        files.begin({"song.mid": broken, "mix.wav": lambda: b"la"})
        assert files.written({"mix.wav": broken}).digests
    with pytest.raises(RuntimeError, match="the pen broke"), desk(tmp_path) as files:
        files.written({"song.mid": broken})
    assert list(tmp_path.iterdir()) == []


def test_an_act_that_is_stopped_makes_no_more_files(tmp_path: Path) -> None:
    made: list[int] = []
    goes_on = Event()

    def page(number: int) -> bytes:
        goes_on.wait(10.0)
        made.append(number)
        return b"page"

    def begin_and_stop() -> None:
        with desk(tmp_path) as files:
            files.begin({f"{number}.txt": lambda number=number: page(number) for number in range(200)})
            files.clear()
            goes_on.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin_and_stop()
    assert len(made) < 100
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "song").write_text("a file")
    with pytest.raises(PlaceError, match="song can not be written: a file stands"), desk(tmp_path / "song"):
        pass
