"""MIDI files as other programs write them, and as accidents leave them."""

import io
from pathlib import Path

import mido
import pytest

from resonant.errors import MidiError, PlaceError
from resonant.score.midi import read_midi, to_midi_bytes, write_midi
from resonant.score.midi_reader import read_score
from resonant.score.midi_writer import bend_value
from resonant.score.model import Bend, Note, Score, Track
from resonant.theory.key import Key
from resonant.units import Metre, MetreChange


def file_of(*tracks: list[mido.Message | mido.MetaMessage], kind: int = 1, ppq: int = 480) -> bytes:
    file = mido.MidiFile(type=kind, ticks_per_beat=ppq)
    file.tracks.extend(mido.MidiTrack(track) for track in tracks)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def note(pitch: int, length: int, channel: int = 0, wait: int = 0, velocity: int = 80) -> list[mido.Message]:
    return [
        mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=wait),
        mido.Message("note_off", channel=channel, note=pitch, time=length),
    ]


def melody(pitches: str) -> list[mido.Message]:
    return [message for pitch in map(int, pitches.split()) for message in note(pitch, 480)]


C_MAJOR_TUNE = "60 62 64 65 67 69 71 72 67 64 60"


def test_a_format_0_file_is_parted_by_channel() -> None:
    score = read_score(file_of([*note(60, 480, 0), *note(36, 480, 9), *note(40, 480, 1)], kind=0), "tune")
    assert [(track.notes[0].pitch, track.role) for track in score.tracks] == [
        (60, "melody"),
        (36, "drums"),
        (40, "counter"),
    ]


def test_times_of_another_resolution_are_rescaled() -> None:
    score = read_score(file_of(note(60, 96, wait=48), ppq=96), "tune")
    assert score.tracks[0].notes == (Note(240, 60, 480, 80),)


def test_a_note_shorter_than_a_tick_keeps_one() -> None:
    score = read_score(file_of(note(60, 1), ppq=9600), "tune")
    assert score.tracks[0].notes[0].duration == 1


def test_velocity_zero_ends_a_note() -> None:
    score = read_score(
        file_of([mido.Message("note_on", note=60), mido.Message("note_on", note=60, velocity=0, time=240)]), "tune"
    )
    assert score.tracks[0].notes == (Note(0, 60, 240, 64),)


def test_a_note_that_never_ends_sounds_to_the_end_of_the_file() -> None:
    score = read_score(file_of([mido.Message("note_on", note=60), mido.MetaMessage("end_of_track", time=960)]), "tune")
    assert score.tracks[0].notes[0].duration == 960


def test_a_note_off_without_a_note_is_passed_over() -> None:
    score = read_score(file_of([mido.Message("note_off", note=61), *note(60, 480)]), "tune")
    assert [n.pitch for n in score.tracks[0].notes] == [60]


def test_overlapping_notes_of_one_pitch_end_in_the_order_in_which_they_began() -> None:
    on, off = (
        (lambda t: mido.Message("note_on", note=60, time=t)),
        (lambda t: mido.Message("note_off", note=60, time=t)),
    )
    score = read_score(file_of([on(0), on(240), off(240), off(240)]), "tune")
    assert [(n.start, n.duration) for n in score.tracks[0].notes] == [(0, 480), (240, 480)]


def test_a_file_that_says_nothing_has_120_bpm_and_common_time() -> None:
    score = read_score(file_of(melody(C_MAJOR_TUNE)), "tune")
    assert (score.tempo.bpm, score.metre.metre_at(0), score.bars) == (120.0, Metre(4, 4), 3)


def test_the_key_of_a_file_that_does_not_say_it_is_the_one_that_fits_its_notes() -> None:
    assert read_score(file_of(melody(C_MAJOR_TUNE)), "tune").key == Key(0, "major")
    assert read_score(file_of(melody("57 59 60 62 64 65 64 56 57 64 57")), "tune").key == Key(9, "minor")


def test_a_key_signature_that_does_not_exist_does_not_cost_the_file() -> None:
    broken = file_of([mido.MetaMessage("key_signature", key="C"), *melody(C_MAJOR_TUNE)]).replace(
        b"\xff\x59\x02\x00\x00", b"\xff\x59\x02\x20\x05"
    )
    assert len(read_score(broken, "tune").tracks[0].notes) == 11


def test_a_signature_inside_a_bar_cuts_that_bar_short() -> None:
    change = mido.MetaMessage("time_signature", numerator=3, denominator=4, time=960)
    score = read_score(file_of([change, *note(60, 480)]), "tune")
    assert score.metre.changes == (MetreChange(0, Metre(1, 2)), MetreChange(1, Metre(3, 4)))
    assert score.metre.bar_start(1) == 960


def test_a_tempo_that_we_can_not_play_comes_to_the_nearer_edge() -> None:
    score = read_score(file_of([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(999)), *note(60, 480)]), "tune")
    assert score.tempo.bpm == 400.0


def test_a_bend_range_of_two_semitones_is_the_default_and_another_is_heard() -> None:
    wheel = mido.Message("pitchwheel", pitch=4096)
    assert read_score(file_of([wheel, *note(60, 480)]), "tune").tracks[0].bends == (Bend(0, 100),)
    rpn = [mido.Message("control_change", control=c, value=v) for c, v in ((101, 0), (100, 0), (6, 12))]
    assert read_score(file_of([*rpn, wheel, *note(60, 480)]), "tune").tracks[0].bends == (Bend(0, 600),)


def test_bends_are_exact_to_the_cent_and_reach_an_octave() -> None:
    assert (bend_value(0), bend_value(-1200), bend_value(1200)) == (0, -8192, 8191)


def test_a_channel_that_changes_its_program_becomes_two_tracks() -> None:
    program = mido.Message("program_change", program=32)
    score = read_score(file_of([*note(60, 480), program, *note(40, 480)]), "tune")
    assert [track.instrument for track in score.tracks] == ["grand_piano", "upright_bass"]


def test_two_tracks_of_one_name_are_told_apart() -> None:
    name = mido.MetaMessage("track_name", name="Piano")
    score = read_score(file_of([name, *note(60, 480)], [name, *note(40, 480, channel=1)]), "tune")
    assert [track.name for track in score.tracks] == ["Piano", "Piano 2"]


def test_a_role_that_nobody_plays_is_guessed_anew() -> None:
    """Another file's word for it would meet players, mixers and printers that do not know it."""
    track = Track("left hand", "piano_lh", "grand_piano", (Note(0, 60, 480, 80), Note(0, 64, 480, 80)))
    (read,) = read_score(to_midi_bytes(Score(1, tracks=(track,))), "odd").tracks
    assert read.role == "chords"


def test_markers_become_sections_that_reach_to_the_next() -> None:
    markers = [mido.MetaMessage("marker", text="Verse"), mido.MetaMessage("marker", text="Chorus", time=3840)]
    score = read_score(file_of(markers, note(60, 480 * 16)), "tune")
    assert [(s.name, s.start_bar, s.bars, s.material) for s in score.sections] == [
        ("verse", 0, 2, "A"),
        ("chorus", 2, 2, "B"),
    ]


def test_names_in_latin_1_are_read() -> None:
    data = file_of([mido.MetaMessage("track_name", name="Gitarre für Zwölf"), *note(60, 480)])
    assert read_score(data, "tune").tracks[0].name == "Gitarre für Zwölf"


def test_chunks_of_other_kinds_are_skipped() -> None:
    data = file_of(note(60, 480))
    alien = b"XFIH" + (4).to_bytes(4) + b"\1\2\3\4"
    assert len(read_score(data[:14] + alien + data[14:], "tune").tracks) == 1


def test_a_file_inside_riff_is_read() -> None:
    data = file_of(note(60, 480))
    assert len(read_score(b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + data, "tune").tracks) == 1


def test_forty_melodic_tracks_keep_their_own_sounds() -> None:
    tracks = tuple(
        Track(f"part {n}", "melody", "grand_piano" if n % 2 else "flute", (Note(n, 60, 480, 80),)) for n in range(40)
    )
    score = Score(1, tracks=tracks)
    assert read_score(to_midi_bytes(score), "tune").tracks == tracks


def test_the_tick_order_of_a_repeated_note_is_off_before_on() -> None:
    score = Score(1, tracks=(Track("t", "melody", "flute", (Note(0, 60, 480, 80), Note(480, 60, 480, 80))),))
    kinds = [
        m.type for m in mido.MidiFile(file=io.BytesIO(to_midi_bytes(score))).tracks[-1] if m.type.startswith("note")
    ]
    assert kinds == ["note_on", "note_off", "note_on", "note_off"]


def test_music_that_another_program_adds_behind_the_end_is_read() -> None:
    data = to_midi_bytes(Score(1, tracks=(Track("t", "melody", "flute", (Note(0, 60, 480, 80),)),)))
    file = mido.MidiFile(file=io.BytesIO(data))
    file.tracks[-1][-1:] = note(62, 480, wait=480 * 7)
    out = io.BytesIO()
    file.save(file=out)
    assert read_score(out.getvalue(), "tune").bars == 3


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "not a MIDI file"),
        (b"hello, this is a text and no song at all", "not a MIDI file"),
        (file_of(note(60, 480))[:14] + b"", "cut off"),
        (file_of(melody(C_MAJOR_TUNE))[:60], "cut off in its track 1"),
        (file_of(note(60, 480), kind=2), "format 2"),
        (file_of(note(60, 480)).replace(b"\x01\xe0", b"\xe7\x28", 1), "film frames"),
        (file_of(note(60, 480)).replace(b"\x90", b"\xf4", 1), "damaged in its track 1"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(data: bytes, complaint: str) -> None:
    with pytest.raises(MidiError, match=complaint) as error:
        read_score(data, "tune.mid")
    assert "tune.mid" in str(error.value) and "\n" not in str(error.value)


def test_every_way_to_cut_a_file_is_refused_or_read_and_never_crashes() -> None:
    whole = file_of(melody(C_MAJOR_TUNE), melody(C_MAJOR_TUNE))
    for length in range(len(whole)):
        with pytest.raises(MidiError):
            read_score(whole[:length], "tune.mid")


def test_any_byte_changed_is_refused_or_read_and_never_crashes() -> None:
    whole = to_midi_bytes(
        Score(2, title="t", tracks=(Track("t", "melody", "flute", (Note(0, 60, 480, 80),), (Bend(0, 5),)),))
    )
    refused = 0
    for place in range(14, len(whole)):
        for value in (0x00, 0x7F, 0xFF):
            try:
                read_score(whole[:place] + bytes([value]) + whole[place + 1 :], "tune.mid")
            except MidiError:
                refused += 1
    assert refused > 0


def test_a_missing_file_is_an_error_of_the_input(tmp_path: Path) -> None:
    with pytest.raises(MidiError, match="there is no file"):
        read_midi(tmp_path / "none.mid")


def test_a_folder_is_no_midi_file(tmp_path: Path) -> None:
    with pytest.raises(MidiError, match="can not be read"):
        read_midi(tmp_path)


def test_a_place_that_can_not_be_written_is_an_error_of_the_place(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="can not be written"):
        write_midi(Score(1), tmp_path / "missing folder" / "song.mid")


def test_a_written_file_is_read_again(tmp_path: Path) -> None:
    score = Score(2, tracks=(Track("bass", "bass", "upright_bass", (Note(0, 40, 480, 80),)),))
    write_midi(score, tmp_path / "song.mid")
    assert read_midi(tmp_path / "song.mid") == score
