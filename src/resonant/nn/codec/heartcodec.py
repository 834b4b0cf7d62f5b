"""HeartCodec: codes of 80 ms to stereo sound, in windows that begin with the latents that the last one ended with."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from resonant.errors import InputError
from resonant.nn.checkpoints import fill, read_config, read_tensors
from resonant.nn.codec.flow import Flow, Solving
from resonant.nn.codec.heartcodec_config import HeartCodecConfig, heartcodec_config
from resonant.nn.codec.published import without_weight_norm
from resonant.nn.codec.scalar import ScalarDecoder
from resonant.seeds import derived

LICENCE = "Apache-2.0"
_BOOK = "flow_matching.vq_embed.layers.{}._codebook.embed"
_UNUSED = ("scalar_model.encoder.", "flow_matching.vq_embed.layers.", "flow_matching.vq_embed.project_in.")


@dataclass(frozen=True, slots=True)
class Windows:
    """How codes are cut: windows of `length` frames (80 ms) that begin every `hop`; the model was trained on 372."""

    length: int = 372
    hop: int = 320

    @property
    def overlap(self) -> int:
        return self.length - self.hop

    def count(self, frames: int) -> int:
        """How many windows cover so many frames."""
        return max(-(-(frames - self.overlap) // self.hop), 1)


class HeartCodec(nn.Module):
    """The codec's way back, from codes to sound; its encoder is a model of its own."""

    def __init__(self, config: HeartCodecConfig, windows: Windows | None = None) -> None:
        super().__init__()
        self.config, self.windows = config, windows or Windows()
        self.flow_matching, self.scalar_model = Flow(config), ScalarDecoder(config)

    @property
    def samples_per_frame(self) -> int:
        """Samples of a frame of codes: two latents."""
        return 2 * self.config.samples_per_latent

    def decode(self, codes_KF: Tensor, seed: int = 0, how: Solving | None = None) -> Tensor:
        """Sound `float32 [2, F x samples_per_frame]` of codes, on the CPU.

        Raises:
            InputError: the codes are not the quantiser's.
            Cancelled: `how.should_stop` said so.
        """
        return torch.cat(list(self.streamed(codes_KF, seed, how)), dim=-1)

    @torch.inference_mode()
    def streamed(self, codes_KF: Tensor, seed: int = 0, how: Solving | None = None) -> Iterator[Tensor]:
        """As `decode`, each stretch as soon as nothing that follows will change it."""
        decoding = HeartDecoding(self, seed, how)
        yield from decoding.push(codes_KF)
        yield from decoding.finish()

    def check(self, codes_KF: Tensor) -> None:
        """Sees that codes are the quantiser's.

        Raises:
            InputError: they are not, or there are none.
        """
        config = self.config
        fits = codes_KF.ndim == 2 and codes_KF.shape[0] == config.num_quantizers and codes_KF.shape[1] > 0
        if not fits or not bool(((codes_KF >= 0) & (codes_KF < config.codebook_size)).all()):
            raise InputError(
                f"the codes are {list(codes_KF.shape)}; give [{config.num_quantizers}, frames] from 0 to "
                f"{config.codebook_size - 1}"
            )

    def window(self, codes_KF: Tensor, number: int) -> Tensor:
        """The codes of a window; behind the end they begin anew, as in the code that the model was published with."""
        places = torch.arange(self.windows.length) + number * self.windows.hop
        return codes_KF[:, places % codes_KF.shape[1]].to(self.flow_matching.zero_cond_embedding1.device)

    def latents(self, codes_KF: Tensor, before_TD: Tensor | None, seed: int, how: Solving) -> Tensor:
        """The latents of a window, its first as the window before ended."""
        like, length = self.flow_matching.zero_cond_embedding1, 2 * self.windows.length
        generator = torch.Generator().manual_seed(seed)
        noise = torch.randn(length, self.config.out_channels, generator=generator).to(like)
        known, is_known = torch.zeros_like(noise), torch.zeros(length, dtype=torch.bool, device=like.device)
        if before_TD is not None:
            overlap = 2 * self.windows.overlap
            known[:overlap], is_known[:overlap] = before_TD[-overlap:], True
        return self.flow_matching.latents(codes_KF, noise, known, is_known, how)

    def sounded(self, latents_TD: Tensor) -> Tensor:
        """Sound `[2, samples]` of latents, on the CPU."""
        by_channel = latents_TD.view(len(latents_TD), 2, -1).permute(1, 2, 0)
        sound: Tensor = self.scalar_model(by_channel)
        return sound.float().cpu()


class HeartDecoding:
    """Codes to sound as they come: `push` frames, at last `finish`; the same as all at once.

    A window is heard when the first frame behind it is known, for a last one begins anew behind its end.
    """

    def __init__(self, codec: HeartCodec, seed: int = 0, how: Solving | None = None) -> None:
        self._codec, self._seed, self._how = codec, seed, how or Solving()
        self._codes = torch.zeros(codec.config.num_quantizers, 0, dtype=torch.long)
        self._latents: Tensor | None = None
        self._ending: Tensor | None = None
        self._number = 0

    @torch.inference_mode()
    def push(self, codes_KF: Tensor) -> Iterator[Tensor]:
        """Further frames; gives the stretches `[2, samples]` that they settle."""
        self._codes = torch.cat([self._codes, codes_KF.cpu()], dim=1)
        windows = self._codec.windows
        while self._codes.shape[1] > self._number * windows.hop + windows.length:
            yield self._stretch(windows.hop)

    @torch.inference_mode()
    def finish(self) -> Iterator[Tensor]:
        """The rest of the sound."""
        yield self._stretch(self._codes.shape[1] - self._number * self._codec.windows.hop)

    def _stretch(self, frames: int) -> Tensor:
        """So many frames from the window's start, its beginning faded from the ending of the one before."""
        codec = self._codec
        codec.check(self._codes)
        seed, window = derived(self._seed, "window", self._number), codec.window(self._codes, self._number)
        self._latents = codec.latents(window, self._latents, seed, self._how)
        sound = codec.sounded(self._latents)
        if self._ending is not None:
            rise = torch.linspace(0, 1, self._ending.shape[1])
            sound[:, : len(rise)] = self._ending * (1 - rise) + sound[:, : len(rise)] * rise
        settled = frames * codec.samples_per_frame
        self._ending, self._number = sound[:, settled:], self._number + 1
        return sound[:, :settled]


def load_heartcodec(folder: Path) -> HeartCodec:
    """The codec of a published folder; what only encoding and training need is left out.

    Raises:
        InputError: a file is missing or damaged, or they are of another model.
    """
    config = heartcodec_config(read_config(folder), str(folder / "config.json"))
    with torch.device("meta"):
        codec = HeartCodec(config)
    fill(codec, decoder_tensors(read_tensors(folder), config), str(folder))
    return codec.eval()


def decoder_tensors(published: dict[str, Tensor], config: HeartCodecConfig) -> dict[str, Tensor]:
    """The tensors that decoding needs, under our names.

    Raises:
        InputError: a codebook is missing.
    """
    books = [published.get(_BOOK.format(number)) for number in range(config.num_quantizers)]
    if any(book is None for book in books):
        raise InputError(f"the weights do not hold {_BOOK.format(books.index(None))}; they are of another model")
    wanted = {name: tensor for name, tensor in published.items() if not name.startswith(_UNUSED)}
    tensors = without_weight_norm(wanted)
    tensors["flow_matching.vq_embed.embed_KND"] = torch.cat([book for book in books if book is not None])
    return tensors
