"""EnCodec: sound to codes of a residual vector quantiser, and back, in one piece or as it comes.

Shapes: B batch, C channels, T samples, K codebooks, F frames. A codec of chunks (48 kHz) codes each second by itself
and fades one into the next; the others code sound in one piece.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.errors import InputError
from resonant.nn.codec.encodec_config import EncodecConfig
from resonant.nn.codec.seanet import Decoder, Encoder, Lstm, reach

_LEAST_LOUDNESS = 1e-8


@dataclass(frozen=True, eq=False)
class Chunk:
    """What a stretch of sound is in codes.

    Args:
        codes: `int64 [B, K, F]`.
        scale: `float32 [B, 1]`, its loudness where the codec takes that out; else None.
    """

    codes: Tensor
    scale: Tensor | None = None


class Quantiser(nn.Module):
    """A residual vector quantiser: each codebook codes what the ones before left over."""

    embed_KND: Tensor

    def __init__(self, config: EncodecConfig) -> None:
        super().__init__()
        self.register_buffer("embed_KND", torch.zeros(config.codebooks, config.codebook_size, config.hidden_size))

    def encode(self, latent_BDF: Tensor, codebooks: int) -> Tensor:
        """Codes `[B, K, F]` of the nearest vectors."""
        left_BFD = latent_BDF.transpose(1, 2)
        codes = []
        for embed_ND in self.embed_KND[:codebooks]:
            flat = left_BFD.reshape(-1, left_BFD.shape[-1])
            far = flat.pow(2).sum(1, keepdim=True) - 2 * flat @ embed_ND.t() + embed_ND.pow(2).sum(1)
            code_BF = far.argmin(dim=-1).view(left_BFD.shape[:-1])
            left_BFD = left_BFD - functional.embedding(code_BF, embed_ND)
            codes.append(code_BF)
        return torch.stack(codes, dim=1)

    def decode(self, codes_BKF: Tensor) -> Tensor:
        """Latents `[B, D, F]`: the sum of the vectors."""
        latent_BFD = sum(functional.embedding(codes_BKF[:, k], self.embed_KND[k]) for k in range(codes_BKF.shape[1]))
        assert isinstance(latent_BFD, Tensor)
        return latent_BFD.transpose(1, 2)


class Encodec(nn.Module):
    """The codec."""

    def __init__(self, config: EncodecConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.decoder, self.quantizer = Encoder(config), Decoder(config), Quantiser(config)

    @torch.inference_mode()
    def encode(self, sound_BCT: Tensor, bandwidth: float | None = None) -> tuple[Chunk, ...]:
        """The chunks of a sound, `float32 [B, C, T]` within ±1; one chunk where the codec knows none.

        Args:
            sound_BCT: at the codec's own rate.
            bandwidth: kbit/s, of the codec's; None for the widest.

        Raises:
            InputError: the channels are not the codec's, there is no sample, or the bandwidth is not one of its own.
        """
        if sound_BCT.ndim != 3 or sound_BCT.shape[1] != self.config.audio_channels or not sound_BCT.shape[2]:
            raise InputError(
                f"the sound is {list(sound_BCT.shape)}; give [batch, {self.config.audio_channels} channels, samples]"
            )
        codebooks = self.config.codebooks_for(bandwidth or self.config.target_bandwidths[-1])
        length = sound_BCT.shape[-1]
        chunk, stride = self.config.chunk or length, self.config.chunk_stride or length
        return tuple(
            self._encoded(sound_BCT[..., start : start + chunk], codebooks) for start in range(0, length, stride)
        )

    @torch.inference_mode()
    def decode(self, chunks: Sequence[Chunk]) -> Tensor:
        """Sound `float32 [B, C, T]` of chunks: whole frames, so it may be longer than what was encoded."""
        sounds = [self._decoded(chunk) for chunk in chunks]
        if self.config.chunk_stride is None:
            return torch.cat(sounds, dim=-1)
        return _faded(sounds, self.config.chunk_stride)

    def _encoded(self, sound_BCT: Tensor, codebooks: int) -> Chunk:
        if not self.config.normalize:
            return Chunk(self.quantizer.encode(self.encoder(sound_BCT), codebooks))
        mono_B1T = sound_BCT.sum(1, keepdim=True) / sound_BCT.shape[1]
        scale_B11 = mono_B1T.pow(2).mean(dim=-1, keepdim=True).sqrt() + _LEAST_LOUDNESS
        return Chunk(self.quantizer.encode(self.encoder(sound_BCT / scale_B11), codebooks), scale_B11.view(-1, 1))

    def _decoded(self, chunk: Chunk) -> Tensor:
        sound_BCT: Tensor = self.decoder(self.quantizer.decode(chunk.codes))
        return sound_BCT if chunk.scale is None else sound_BCT * chunk.scale.view(-1, 1, 1)


def halved(codec: Encodec) -> Encodec:
    """The codec itself, its decoder's weights kept as bfloat16: less exact, and quicker on processors that multiply it.

    What stands between the products stays float32, and so do the last one and the encoder. How far off it is, and how
    quick: docs/decisions/0033-a-step-is-as-long-as-its-weights.md. What narrowing rounded off does not come back.
    """
    for part in codec.decoder.layers[:-1].modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d | nn.LSTM):
            part.bfloat16()
    return codec


class Decoding:
    """Codes to sound as they come: `push` frames, at last `finish`; the same as all at once, but for rounding.

    What is heard lags by `look_ahead` frames. The LSTM's state is carried; the convolutions before and behind it are
    done over windows that reach as far as they hear.
    """

    def __init__(self, codec: Encodec) -> None:
        config = codec.config
        if config.norm_type != "weight_norm":
            raise InputError("a codec that levels whole chunks can not be decoded frame by frame; decode its chunks")
        first, memory, *rest = codec.decoder.layers
        assert isinstance(memory, Lstm)
        self._codec, self._first, self._memory = codec, first, memory
        self._before, self._after = reach([first], 1)
        self._left, self._right = reach(rest, config.hop)
        self._latent: Tensor | None = None
        self._memorised: Tensor | None = None
        self._state: tuple[Tensor, Tensor] | None = None
        self._latent_start = self._latent_end = self._memory_start = self._memory_end = self._done = 0

    @property
    def look_ahead(self) -> int:
        """How many frames must be known behind one that is heard."""
        return self._after + self._right

    @property
    def head(self) -> int:
        """How many frames must be known before the first is heard: what lies before the start mirrors what follows."""
        return max(self._before + 1 + self.look_ahead, self._left + 1 + self.look_ahead)

    @torch.inference_mode()
    def push(self, codes_BKF: Tensor) -> Tensor:
        """Further frames; gives the sound `[B, C, T]` that is settled by them, perhaps of no sample."""
        self._take(codes_BKF)
        if self._latent_end < self.head:
            return self._sounded(0, last=False)
        self._remember(self._latent_end - self._after)
        return self._sounded(self._memory_end - self._right, last=False)

    @torch.inference_mode()
    def finish(self) -> Tensor:
        """The rest of the sound."""
        self._remember(self._latent_end)
        return self._sounded(self._memory_end, last=True)

    def _take(self, codes_BKF: Tensor) -> None:
        latent = self._codec.quantizer.decode(codes_BKF)[:, :, None]
        self._latent = latent if self._latent is None else torch.cat([self._latent, latent], dim=-1)
        self._latent_end += codes_BKF.shape[-1]

    def _remember(self, until: int) -> None:
        """Brings the first convolution and the LSTM to a frame, and drops the latents that nobody will hear again."""
        start = self._memory_end
        if self._latent is None or until <= start:
            return
        low, high = max(start - self._before, 0), min(until + self._after, self._latent_end)
        h_BD1F = self._first(self._latent[..., low - self._latent_start : high - self._latent_start])
        h_BD1F, self._state = self._memory.going_on(h_BD1F[..., start - low : until - low], self._state)
        self._memorised = h_BD1F if self._memorised is None else torch.cat([self._memorised, h_BD1F], dim=-1)
        self._memory_end = until
        keep = max(until - self._before, 0)
        self._latent = self._latent[..., keep - self._latent_start :]
        self._latent_start = keep

    def _sounded(self, until: int, last: bool) -> Tensor:
        hop, start = self._codec.config.hop, self._done
        if self._memorised is None or until <= start:
            batch = 1 if self._latent is None else self._latent.shape[0]
            return self._codec.quantizer.embed_KND.new_zeros(batch, self._codec.config.audio_channels, 0)
        low = max(start - self._left, 0)
        high = self._memory_end if last else until + self._right
        h_BD1F = self._memorised[..., low - self._memory_start : high - self._memory_start]
        sound_BC1T = self._codec.decoder.sounded(h_BD1F)
        self._done = until
        keep = max(until - self._left, 0)
        self._memorised = self._memorised[..., keep - self._memory_start :]
        self._memory_start = keep
        return sound_BC1T[:, :, 0, (start - low) * hop : (until - low) * hop]


def _faded(sounds: Sequence[Tensor], stride: int) -> Tensor:
    """Chunks over one another, each weighed by a triangle over its length."""
    total = stride * (len(sounds) - 1) + sounds[-1].shape[-1]
    length = sounds[0].shape[-1]
    triangle = 0.5 - (torch.linspace(0, 1, length + 2, device=sounds[0].device)[1:-1] - 0.5).abs()
    out = sounds[0].new_zeros(*sounds[0].shape[:-1], total)
    weight = sounds[0].new_zeros(total)
    for number, sound in enumerate(sounds):
        here = slice(number * stride, number * stride + sound.shape[-1])
        out[..., here] += triangle[: sound.shape[-1]] * sound
        weight[here] += triangle[: sound.shape[-1]]
    return out / weight
