"""The sizes of an EnCodec (Défossez et al. 2022), as its published `config.json` gives them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resonant.errors import InputError
from resonant.nn.checkpoints import known_fields

_NORMS, _PADS = ("weight_norm", "time_group_norm"), ("reflect", "constant", "replicate")


@dataclass(frozen=True, slots=True)
class EncodecConfig:
    """Sizes of a codec; what a file leaves out has the values of the 24 kHz model.

    Args:
        target_bandwidths: kbit/s that it was trained for, rising.
        sampling_rate: Hz.
        audio_channels: 1 or 2.
        normalize: whether each chunk is brought to one loudness, which is sent beside its codes.
        chunk_length_s, overlap: of the chunks that sound is cut into, s and share; None for sound in one piece.
        hidden_size: width of a latent frame.
        num_filters: channels at the full rate; they double at each step down.
        upsampling_ratios: of the decoder's steps; their product is the samples of a frame.
        use_causal_conv: whether nothing later is heard; else each convolution hears both sides.
        trim_right_ratio: share of a transposed convolution's overhang that is cut at its end, where it is causal.
        compress: how much narrower a residual branch is than its trunk.
    """

    target_bandwidths: tuple[float, ...] = (1.5, 3.0, 6.0, 12.0, 24.0)
    sampling_rate: int = 24_000
    audio_channels: int = 1
    normalize: bool = False
    chunk_length_s: float | None = None
    overlap: float | None = None
    hidden_size: int = 128
    num_filters: int = 32
    num_residual_layers: int = 1
    upsampling_ratios: tuple[int, ...] = (8, 5, 4, 2)
    norm_type: str = "weight_norm"
    kernel_size: int = 7
    last_kernel_size: int = 7
    residual_kernel_size: int = 3
    dilation_growth_rate: int = 2
    use_causal_conv: bool = True
    pad_mode: str = "reflect"
    compress: int = 2
    num_lstm_layers: int = 2
    trim_right_ratio: float = 1.0
    codebook_size: int = 1024
    codebook_dim: int | None = None
    use_conv_shortcut: bool = True

    def __post_init__(self) -> None:
        if self.norm_type not in _NORMS or self.pad_mode not in _PADS:
            raise InputError(
                f"an EnCodec with norm_type {self.norm_type!r} and pad_mode {self.pad_mode!r} is not known; "
                f"we know {', '.join(_NORMS)} and {', '.join(_PADS)}"
            )
        if self.codebook_dim not in (None, self.hidden_size):
            raise InputError(f"codebook_dim={self.codebook_dim} must be the latent's width, {self.hidden_size}")

    @property
    def hop(self) -> int:
        """Samples a frame."""
        return math.prod(self.upsampling_ratios)

    @property
    def frames_per_second(self) -> int:
        """Frames a second, rounded up."""
        return -(-self.sampling_rate // self.hop)

    @property
    def codebooks(self) -> int:
        """Codebooks at the widest bandwidth."""
        bits = math.ceil(math.log2(self.codebook_size))
        return int(1000 * self.target_bandwidths[-1] // (self.frames_per_second * bits))

    def codebooks_for(self, bandwidth: float) -> int:
        """How many codebooks a bandwidth (kbit/s) has room for.

        Raises:
            InputError: the codec was not trained for it.
        """
        if bandwidth not in self.target_bandwidths:
            known = ", ".join(map(str, self.target_bandwidths))
            raise InputError(f"bandwidth={bandwidth} is not one of this codec's: {known} kbit/s")
        return max(1, math.floor(bandwidth * 1000 / (math.log2(self.codebook_size) * self.frames_per_second)))

    @property
    def chunk(self) -> int | None:
        """Samples of a chunk, or None for sound in one piece."""
        return None if self.chunk_length_s is None else int(self.chunk_length_s * self.sampling_rate)

    @property
    def chunk_stride(self) -> int | None:
        """Samples from the start of a chunk to that of the next."""
        if self.chunk is None or self.overlap is None:
            return None
        return max(1, int((1.0 - self.overlap) * self.chunk))


def encodec_config(published: Mapping[str, Any], where: str) -> EncodecConfig:
    """The config of a published file, whatever else it says.

    Raises:
        InputError: it is no EnCodec's, or a field is of the wrong kind.
    """
    if published.get("model_type") != "encodec":
        raise InputError(f"{where} describes a {published.get('model_type', 'nameless')!r} model, not an EnCodec")
    try:
        config = EncodecConfig(**known_fields(published, EncodecConfig))
        assert config.codebooks > 0 and config.hop > 0
    except (TypeError, ValueError, ArithmeticError, AssertionError, IndexError) as error:
        raise InputError(f"{where} does not describe an EnCodec ({error}); fetch it again") from error
    return config
