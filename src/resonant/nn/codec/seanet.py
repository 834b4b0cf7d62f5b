"""SEANet, the convolutions of EnCodec: sound to latent frames and back (Tagliasacchi et al. 2020).

Shapes: B batch, C channels, T samples or frames. Convolutions have a height of 1 beside their time, so that all
channels of a moment may lie side by side in memory, as is quickest on a processor: `[B, C, 1, T]`. Weight norm is
folded into the weights when they are loaded. The names of the parts are those of the published files.
"""

import math
from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.nn.codec.encodec_config import EncodecConfig

Span = tuple[int, int]

_WINDOW = 16_000
"""Samples of sound that are made at a time: what lies between the layers then stays in the processor's cache."""

_FEW = 256
"""Frames for which a transposed convolution is quicker as a product, which does not lay out the weights anew."""

_WIDE = 16
"""Of so many columns a product is quicker than of a few."""

_LOG2_E = math.log2(math.e)


class Conv(nn.Module):
    """A convolution that keeps the length (or divides it by the stride), padded as the config says."""

    def __init__(
        self, config: EncodecConfig, channels: tuple[int, int], kernel: int, stride: int = 1, dilation: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(*channels, (1, kernel), (1, stride), dilation=(1, dilation))
        self.norm = nn.GroupNorm(1, channels[1]) if config.norm_type == "time_group_norm" else nn.Identity()
        self.span, self.stride, self.mode = (kernel - 1) * dilation + 1, stride, config.pad_mode
        total = self.span - stride
        self.right = 0 if config.use_causal_conv else total // 2
        self.left = total - self.right

    def forward(self, x_BC1T: Tensor) -> Tensor:
        missing = -x_BC1T.shape[-1] % self.stride
        out: Tensor = self.norm(_product(self.conv, _padded(x_BC1T, self.left, self.right + missing, self.mode)))
        return out

    def heard(self, outputs: Span) -> Span:
        """The first and last input that outputs from one to another hear."""
        return outputs[0] * self.stride - self.left, outputs[1] * self.stride - self.left + self.span - 1


class TransposedConv(nn.Module):
    """A transposed convolution that makes each frame `stride` of them, its overhang cut."""

    def __init__(self, config: EncodecConfig, channels: tuple[int, int], kernel: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(*channels, (1, kernel), (1, stride))
        self.norm = nn.GroupNorm(1, channels[1]) if config.norm_type == "time_group_norm" else nn.Identity()
        self.span, self.stride = kernel, stride
        total = kernel - stride
        self.right = -int(-total * config.trim_right_ratio // 1) if config.use_causal_conv else total // 2
        self.left = total - self.right

    def forward(self, x_BC1T: Tensor) -> Tensor:
        out: Tensor = self.norm(_product(self.conv, x_BC1T))
        return out[..., self.left : out.shape[-1] - self.right]

    def heard(self, outputs: Span) -> Span:
        first, last = (place + self.left for place in outputs)
        return -((self.span - 1 - first) // self.stride), last // self.stride


class Lstm(nn.Module):
    """Layers of long short-term memory beside a straight way; it hears what was, never what will be."""

    def __init__(self, config: EncodecConfig, width: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, width, config.num_lstm_layers)

    def forward(self, x_BC1T: Tensor) -> Tensor:
        return self.going_on(x_BC1T, None)[0]

    def going_on(self, x_BC1T: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """As forward, from the state that it was left in, and the state that it is left in."""
        x_TBC = x_BC1T[:, :, 0].permute(2, 0, 1)
        out_TBC, state = self.lstm(x_TBC.to(next(self.lstm.parameters()).dtype), state)
        return (out_TBC.to(x_TBC.dtype) + x_TBC).permute(1, 2, 0)[:, :, None], state


class Elu(nn.Module):
    """The exponential linear unit: `x` above 0, `e^x - 1` below."""

    def forward(self, x: Tensor) -> Tensor:
        if not x.is_cpu:
            return functional.elu(x)
        # In the cache five plain strokes take half as long as torch's one; nothing is off by more than rounding.
        below = x.clamp(max=0.0).mul_(_LOG2_E).exp2_().sub_(1.0)
        return torch.maximum(x, below, out=below)


class Residual(nn.Module):
    """A narrow branch beside its trunk."""

    def __init__(self, config: EncodecConfig, channels: int, dilation: int) -> None:
        super().__init__()
        inner = channels // config.compress
        wide = Conv(config, (channels, inner), config.residual_kernel_size, dilation=dilation)
        self.block = nn.ModuleList([Elu(), wide, Elu(), Conv(config, (inner, channels), 1)])
        self.shortcut = Conv(config, (channels, channels), 1) if config.use_conv_shortcut else nn.Identity()

    def forward(self, x_BC1T: Tensor) -> Tensor:
        out: Tensor = self.shortcut(x_BC1T) + through(self.block, x_BC1T)
        return out

    def heard(self, outputs: Span) -> Span:
        wide = self.block[1]
        assert isinstance(wide, Conv)
        first, last = wide.heard(outputs)
        return min(first, outputs[0]), max(last, outputs[1])


class Encoder(nn.Module):
    """Sound `[B, channels, samples]` to latents `[B, width, frames]`; a frame that is not full is filled up."""

    def __init__(self, config: EncodecConfig) -> None:
        super().__init__()
        width = config.num_filters
        layers: list[nn.Module] = [Conv(config, (config.audio_channels, width), config.kernel_size)]
        for ratio in reversed(config.upsampling_ratios):
            layers += _residuals(config, width)
            layers += [Elu(), Conv(config, (width, 2 * width), 2 * ratio, ratio)]
            width *= 2
        layers += [Lstm(config, width), Elu(), Conv(config, (width, config.hidden_size), config.last_kernel_size)]
        self.layers = nn.ModuleList(layers)

    def forward(self, sound_BCT: Tensor) -> Tensor:
        return through(self.layers, sound_BCT[:, :, None])[:, :, 0]


class Decoder(nn.Module):
    """Latents `[B, width, frames]` to sound `[B, channels, frames x hop]`."""

    def __init__(self, config: EncodecConfig) -> None:
        super().__init__()
        width = config.num_filters * 2 ** len(config.upsampling_ratios)
        layers: list[nn.Module] = [Conv(config, (config.hidden_size, width), config.kernel_size), Lstm(config, width)]
        for ratio in config.upsampling_ratios:
            layers += [Elu(), TransposedConv(config, (width, width // 2), 2 * ratio, ratio)]
            width //= 2
            layers += _residuals(config, width)
        layers += [Elu(), Conv(config, (width, config.audio_channels), config.last_kernel_size)]
        self.layers = nn.ModuleList(layers)
        # Behind the first step up; where a norm hears all that there is, nothing is done in windows.
        self._wide = 4 + config.num_residual_layers if config.norm_type == "weight_norm" else len(layers)

    def forward(self, latent_BDF: Tensor) -> Tensor:
        first, memory = self.layers[:2]
        return self.sounded(memory(first(latent_BDF[:, :, None])))[:, :, 0]

    def sounded(self, h_BD1F: Tensor) -> Tensor:
        """Sound `[B, channels, 1, frames x hop]` of what the LSTM gives.

        The first step up is done for all frames at once, as it reads most of the weights and writes least.
        """
        h_BD1F = h_BD1F.contiguous(memory_format=torch.channels_last)
        return _in_windows(self.layers[self._wide :], through(self.layers[2 : self._wide], h_BD1F))


def through(layers: Iterable[nn.Module], x_BC1T: Tensor) -> Tensor:
    """What layers in a row make of something."""
    for layer in layers:
        x_BC1T = layer(x_BC1T)
    return x_BC1T


def reach(layers: Iterable[nn.Module], hop: int) -> Span:
    """How many inputs before and behind its own `hop` outputs hear."""
    first, last = heard_by(layers, (0, hop - 1))
    return max(-first, 0), max(last, 0)


def heard_by(layers: Iterable[nn.Module], outputs: Span) -> Span:
    """The first and last input of layers in a row that their outputs from one to another hear."""
    for layer in reversed(list(layers)):
        if isinstance(layer, Conv | TransposedConv | Residual):
            outputs = layer.heard(outputs)
    return outputs


def _residuals(config: EncodecConfig, channels: int) -> list[nn.Module]:
    return [Residual(config, channels, config.dilation_growth_rate**n) for n in range(config.num_residual_layers)]


def _in_windows(layers: nn.ModuleList, x_BC1T: Tensor) -> Tensor:
    """As `through`, window by window, each with as much on both sides as it hears; the last is at least half a one."""
    hop = math.prod(layer.stride for layer in layers if isinstance(layer, TransposedConv))
    (before, after), steps, total = reach(layers, hop), max(_WINDOW // hop, 1), x_BC1T.shape[-1]
    parts = []
    for start, end in pairwise([*range(0, max(total - steps // 2, 1), steps), total]):
        low = max(start - before, 0)
        parts.append(through(layers, x_BC1T[..., low : end + after])[..., (start - low) * hop : (end - low) * hop])
    return torch.cat(parts, dim=-1)


def _product(conv: nn.Conv2d | nn.ConvTranspose2d, x_BC1T: Tensor) -> Tensor:
    """In the numbers that the weights are kept in; given in those that came."""
    act: Callable[[Tensor], Tensor] = conv
    if x_BC1T.is_cpu and isinstance(conv, nn.ConvTranspose2d):
        act = partial(_spread, conv) if x_BC1T.shape[-1] < _FEW else conv
    elif x_BC1T.is_cpu and conv.out_channels == 1 and conv.stride == conv.dilation == (1, 1):
        act = partial(_gathered, conv)
    return act(x_BC1T.to(conv.weight.dtype)).to(x_BC1T.dtype)


def _gathered(conv: nn.Conv2d | nn.ConvTranspose2d, x_BC1T: Tensor) -> Tensor:
    """A convolution to one channel: what each moment gives to all that hear it by one product, then their sums."""
    kernel, length = conv.kernel_size[1], x_BC1T.shape[-1] - conv.kernel_size[1] + 1
    given_BTK = x_BC1T[:, :, 0].transpose(1, 2) @ functional.pad(conv.weight[0, :, 0], (0, -kernel % _WIDE))
    sound_BT = torch.stack([given_BTK[:, k : k + length, k] for k in range(kernel)]).sum(0)
    return _with_bias(sound_BT[..., None], conv)


def _spread(conv: nn.Conv2d | nn.ConvTranspose2d, x_BC1T: Tensor) -> Tensor:
    """A transposed convolution as one product; halves of the kernel, of a stride each, fall on one another."""
    x_BTC = x_BC1T[:, :, 0].transpose(1, 2)
    now_BTO, later_BTO = (x_BTC @ conv.weight.permute(0, 2, 3, 1).flatten(1)).chunk(2, dim=-1)  # as they lie in memory
    out_BTO = functional.pad(now_BTO, (0, 0, 0, 1))
    out_BTO[:, 1:] += later_BTO
    return _with_bias(out_BTO.reshape(len(x_BTC), -1, conv.out_channels), conv)


def _with_bias(out_BTC: Tensor, conv: nn.Conv2d | nn.ConvTranspose2d) -> Tensor:
    assert conv.bias is not None
    return (out_BTC + conv.bias).transpose(1, 2)[:, :, None]


def _padded(x_BC1T: Tensor, left: int, right: int, mode: str) -> Tensor:
    """Padded on both sides; a mirror that is longer than the sound finds silence behind it, as in the reference."""
    if not left and not right:
        return x_BC1T
    short = max(left, right) - x_BC1T.shape[-1] + 1
    if mode != "reflect" or short <= 0:
        return functional.pad(x_BC1T, (left, right, 0, 0), mode)
    longer = functional.pad(functional.pad(x_BC1T, (0, short)), (left, right, 0, 0), mode)
    return longer[..., : longer.shape[-1] - short]
