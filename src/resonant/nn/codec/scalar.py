"""Latents to sound: the decoder of SQ-Codec (Yang et al. 2024), causal but for two latent frames of look-ahead.

Shapes: B channels of sound, C channels of the network, T samples. The names of the parts are those of the published
files; weight norm is folded when they are loaded.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.nn.codec.heartcodec_config import HeartCodecConfig

_DILATIONS = (1, 3, 5, 7, 9)
_LEVELS = 9  # of a latent value between 0 and 1


class ScalarDecoder(nn.Module):
    """Latents `[B, C, T]` within ±1 to sound `[B, T x samples]`."""

    def __init__(self, config: HeartCodecConfig) -> None:
        super().__init__()
        width = config.init_channel * 2 ** len(config.upsample_factors)
        kernel = config.default_kernel_size
        first = nn.Conv1d(
            config.latent_hidden_dim, width, config.delay_kernel_size, padding=config.delay_kernel_size // 2
        )
        layers: list[nn.Module] = [first]
        for factor in config.upsample_factors:
            layers.append(_Step(width, factor, config.res_kernel_size))
            width //= 2
        if config.num_samples > 1:
            layers.append(_Repeat(width, config.num_samples, kernel))
        layers.append(_Causal(width, 1, kernel))
        self.decoder = nn.ModuleList(layers)

    @torch.inference_mode()
    def forward(self, latent_BCT: Tensor) -> Tensor:
        x_BCT = torch.round(_LEVELS * latent_BCT) / _LEVELS
        for layer in self.decoder:
            x_BCT = layer(x_BCT)
        return x_BCT[:, 0]


class _Causal(nn.Conv1d):
    """A convolution that hears what was."""

    def __init__(self, channels: int, out: int, kernel: int, dilation: int = 1) -> None:
        super().__init__(channels, out, kernel, dilation=dilation)

    def forward(self, x_BCT: Tensor) -> Tensor:
        return super().forward(functional.pad(x_BCT, (self.dilation[0] * (self.kernel_size[0] - 1), 0)))


class _Up(nn.Module):
    """A transposed convolution whose overhang is cut at the end."""

    def __init__(self, channels: int, factor: int) -> None:
        super().__init__()
        self.layer = nn.ConvTranspose1d(channels, channels // 2, 2 * factor, factor)

    def forward(self, x_BCT: Tensor) -> Tensor:
        out: Tensor = self.layer(x_BCT)
        return out[..., : -self.layer.stride[0]]


class _Step(nn.Module):
    def __init__(self, channels: int, factor: int, kernel: int) -> None:
        super().__init__()
        self.up_conv = _Up(channels, factor)
        self.convs = nn.ModuleList(_Residual(channels // 2, kernel, dilation) for dilation in _DILATIONS)

    def forward(self, x_BCT: Tensor) -> Tensor:
        x_BCT = self.up_conv(x_BCT)
        for conv in self.convs:
            x_BCT = conv(x_BCT)
        return x_BCT


class _Residual(nn.Module):
    def __init__(self, channels: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = _Causal(channels, channels, kernel, dilation), nn.Conv1d(channels, channels, 1)
        self.activation1, self.activation2 = nn.PReLU(), nn.PReLU()

    def forward(self, x_BCT: Tensor) -> Tensor:
        out: Tensor = x_BCT + self.activation2(self.conv2(self.activation1(self.conv1(x_BCT))))
        return out


class _Repeat(nn.Module):
    """Each sample some times, smoothed."""

    def __init__(self, channels: int, times: int, kernel: int) -> None:
        super().__init__()
        self.times = times
        self.conv, self.activation = _Causal(channels, channels, kernel), nn.PReLU()

    def forward(self, x_BCT: Tensor) -> Tensor:
        out: Tensor = self.activation(self.conv(x_BCT.repeat_interleave(self.times, dim=-1)))
        return out
