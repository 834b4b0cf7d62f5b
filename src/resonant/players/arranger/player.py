"""The arranger as a player: the writer of each role, found by name."""

from collections.abc import Callable, Mapping

from resonant.errors import Cancelled
from resonant.players.arranger.arpeggio import play_arpeggio
from resonant.players.arranger.bass import play_bass
from resonant.players.arranger.chords import play_chords
from resonant.players.arranger.counter import play_counter
from resonant.players.arranger.drums import play_drums
from resonant.players.arranger.melody import play_melody
from resonant.players.arranger.pad import play_pad
from resonant.players.arranger.percussion import play_percussion
from resonant.players.arranger.strings import play_strings
from resonant.players.arranger.vocal import play_vocal
from resonant.players.context import Context, Part
from resonant.players.registry import Capabilities

WRITERS: Mapping[str, Callable[[Context], Part]] = {
    "drums": play_drums,
    "percussion": play_percussion,
    "bass": play_bass,
    "chords": play_chords,
    "pad": play_pad,
    "strings": play_strings,
    "arpeggio": play_arpeggio,
    "melody": play_melody,
    "counter": play_counter,
    "vocal": play_vocal,
}


class Arranger:
    """Writes notes from theory and style files; the default player of every role."""

    name = "arranger"
    capabilities = Capabilities(roles=frozenset(WRITERS))

    def play(self, context: Context) -> Part:
        """The part of `context.track` in `context.bars`.

        Raises:
            Cancelled: `context.should_stop()` said so.
        """
        if context.should_stop():
            raise Cancelled(f"stopped before {context.track.name} was written")
        return WRITERS[context.track.role](context)
