"""The sizes of a HeartCodec, as its published `config.json` gives them (arXiv 2601.10547, section 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resonant.errors import InputError
from resonant.nn.checkpoints import known_fields


@dataclass(frozen=True, slots=True)
class HeartCodecConfig:
    """Sizes of the codec, under the names of the published file; of what only training needs nothing is kept.

    Args:
        dim, codebook_size, codebook_dim, num_quantizers: of the residual quantiser.
        attention_head_dim, num_attention_heads, num_layers, num_layers_2: of the two stages that make latents.
        in_channels: noise, context and condition of a latent frame.
        out_channels: of a latent frame: two channels of sound, half each.
        upsample_factors, upsample_kernel_sizes, init_channel: of the decoder from latents to sound.
        num_samples: how often the decoder repeats each sample before its last convolutions.
    """

    dim: int = 512
    codebook_size: int = 8192
    codebook_dim: int = 32
    num_quantizers: int = 8
    attention_head_dim: int = 64
    in_channels: int = 1024
    num_attention_heads: int = 24
    num_layers: int = 24
    num_layers_2: int = 6
    out_channels: int = 256
    sample_rate: int = 48_000
    num_samples: int = 2
    upsample_factors: tuple[int, ...] = (5, 4, 4, 4, 3)
    upsample_kernel_sizes: tuple[int, ...] = (10, 8, 8, 8, 6)
    latent_hidden_dim: int = 128
    default_kernel_size: int = 7
    delay_kernel_size: int = 5
    init_channel: int = 64
    res_kernel_size: int = 7

    def __post_init__(self) -> None:
        kernels = tuple(2 * factor for factor in self.upsample_factors)
        if kernels != tuple(self.upsample_kernel_sizes) or self.out_channels != 2 * self.latent_hidden_dim:
            raise InputError("a HeartCodec whose steps up do not overlap by half, or that is not stereo, is not known")
        if self.in_channels != 2 * self.out_channels + self.dim:
            raise InputError(f"in_channels={self.in_channels} must hold noise, context and condition")

    @property
    def samples_per_latent(self) -> int:
        """Samples of a latent frame."""
        samples = self.num_samples
        for factor in self.upsample_factors:
            samples *= factor
        return samples


def heartcodec_config(published: Mapping[str, Any], where: str) -> HeartCodecConfig:
    """The config of a published file.

    Raises:
        InputError: it is no HeartCodec's, or of a kind that was never published.
    """
    if published.get("model_type") != "heartcodec":
        raise InputError(f"{where} describes a {published.get('model_type', 'nameless')!r} model, not a HeartCodec")
    if published.get("norm_type", "ada_norm_single") != "ada_norm_single" or not published.get("causal", True):
        raise InputError(f"{where} describes a HeartCodec of another kind than was published; we do not know it")
    try:
        return HeartCodecConfig(**known_fields(published, HeartCodecConfig))
    except TypeError as error:
        raise InputError(f"{where} does not describe a HeartCodec ({error}); fetch it again") from error
