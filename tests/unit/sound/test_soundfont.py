"""Reading SF2 and SF3 files, good and bad."""

import struct
from pathlib import Path

import numpy as np
import pytest
from soundfont_files import sf2, sine

from resonant.errors import SoundBankError
from resonant.sound.banks import default_bank
from resonant.sound.sampler.generators import Gen
from resonant.sound.sampler.regions import preset_regions
from resonant.sound.soundfont import SoundFont


def _opened(tmp_path: Path, data: bytes) -> SoundFont:
    path = tmp_path / "bank.sf2"
    path.write_bytes(data)
    return SoundFont(path)


def test_a_sample_comes_back_as_it_was_written(tmp_path: Path) -> None:
    font = _opened(tmp_path, sf2())
    assert font.preset_name(0, 0) == "sine"
    assert np.max(np.abs(font.frames(0) - sine())) < 1e-4


def test_preset_amounts_are_added_to_those_of_the_instrument_but_not_its_addresses(tmp_path: Path) -> None:
    font = _opened(tmp_path, sf2(amounts={52: 7, 58: 60}, preset_amounts={52: 5, 58: 40}))
    (region,) = preset_regions(font, 0, 0)
    assert region.amounts[Gen.FINE_TUNE] == 12
    assert region.amounts[Gen.ROOT_KEY] == 60
    assert region.amounts[Gen.SCALE_TUNING] == 100, "the default stands where nothing is written"


def test_zones_hold_their_keys_and_velocities(tmp_path: Path) -> None:
    zones = ({43: 0 | 59 << 8}, {43: 60 | 127 << 8, 44: 0 | 63 << 8}, {43: 60 | 127 << 8, 44: 64 | 127 << 8})
    regions = preset_regions(_opened(tmp_path, sf2(zones=zones)), 0, 0)
    assert [r.holds(59, 100) for r in regions] == [True, False, False]
    assert [r.holds(60, 63) for r in regions] == [False, True, False]
    assert [r.holds(127, 64) for r in regions] == [False, False, True]


@pytest.mark.parametrize("data", [b"", b"RIFF", b"MThd" + bytes(100), b"RIFF\x10\0\0\0WAVEfmt " + bytes(60)])
def test_a_file_that_is_no_sound_bank_is_named_as_such(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SoundBankError, match=r"not a SoundFont file.*name one"):
        _opened(tmp_path, data)


def test_a_missing_file_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(SoundBankError, match=r"no such sound bank.*resonant soundbank"):
        SoundFont(tmp_path / "none.sf2")


def test_half_a_file_says_that_it_is_cut_off(tmp_path: Path) -> None:
    data = sf2()
    with pytest.raises(SoundBankError, match=r"cut off.*fetch the file again"):
        _opened(tmp_path, data[: len(data) // 2])


def test_any_cut_and_any_forged_size_raises_only_our_error(tmp_path: Path) -> None:
    data = sf2(sine(200))
    for at in range(0, len(data), 13):
        forged = data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :]
        for broken in (data[:at], forged):
            try:
                font = _opened(tmp_path, broken)
                for bank, program in font.presets:
                    for region in preset_regions(font, bank, program):
                        font.frames(region.sample.index)
            except SoundBankError as error:
                assert ";" in str(error), f"no next step in: {error}"


def test_a_sample_outside_the_file_is_refused(tmp_path: Path) -> None:
    data = sf2(sine(200))
    at = data.index(b"shdr") + 8 + 24
    with pytest.raises(SoundBankError, match=r"outside the file"):
        _opened(tmp_path, data[:at] + struct.pack("<I", 10**6) + data[at + 4 :]).frames(0)


def test_vorbis_samples_are_decoded_and_broken_ones_refused(tmp_path: Path) -> None:
    bank = default_bank()
    region = bank.regions(0, 0)[0]
    assert region.sample.is_vorbis and len(bank.font.frames(region.sample.index)) > 1000
    raw = bytearray(bank.path.read_bytes())
    at = raw.index(b"OggS")
    raw[at : at + 4] = b"none"
    font = _opened(tmp_path, bytes(raw))
    index = min(range(font.num_samples), key=lambda number: font.sample(number).start)
    with pytest.raises(SoundBankError, match=r"can not be decoded"):
        font.frames(index)
