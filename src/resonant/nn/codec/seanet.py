"""SEANet, the convolutions of EnCodec: sound to latent frames and back (Tagliasacchi et al. 2020).

Shapes: B batch, C channels, T samples or frames. Weight norm is folded into the weights when they are loaded. The names
of the parts are those of the published files.
"""

from collections.abc import Iterable

from torch import Tensor, nn
from torch.nn import functional

from resonant.nn.codec.encodec_config import EncodecConfig

Span = tuple[int, int]


class Conv(nn.Module):
    """A convolution that keeps the length (or divides it by the stride), padded as the config says."""

    def __init__(
        self, config: EncodecConfig, channels: tuple[int, int], kernel: int, stride: int = 1, dilation: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv1d(*channels, kernel, stride, dilation=dilation)
        self.norm = nn.GroupNorm(1, channels[1]) if config.norm_type == "time_group_norm" else nn.Identity()
        self.span, self.stride, self.mode = (kernel - 1) * dilation + 1, stride, config.pad_mode
        total = self.span - stride
        self.right = 0 if config.use_causal_conv else total // 2
        self.left = total - self.right

    def forward(self, x_BCT: Tensor) -> Tensor:
        over = x_BCT.shape[-1] % self.stride
        missing = self.stride - over if over else 0
        out: Tensor = self.norm(self.conv(_padded(x_BCT, self.left, self.right + missing, self.mode)))
        return out

    def heard(self, outputs: Span) -> Span:
        """The first and last input that outputs from one to another hear."""
        return outputs[0] * self.stride - self.left, outputs[1] * self.stride - self.left + self.span - 1


class TransposedConv(nn.Module):
    """A transposed convolution that makes each frame `stride` of them, its overhang cut."""

    def __init__(self, config: EncodecConfig, channels: tuple[int, int], kernel: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose1d(*channels, kernel, stride)
        self.norm = nn.GroupNorm(1, channels[1]) if config.norm_type == "time_group_norm" else nn.Identity()
        self.span, self.stride = kernel, stride
        total = kernel - stride
        self.right = -int(-total * config.trim_right_ratio // 1) if config.use_causal_conv else total // 2
        self.left = total - self.right

    def forward(self, x_BCT: Tensor) -> Tensor:
        out: Tensor = self.norm(self.conv(x_BCT))
        return out[..., self.left : out.shape[-1] - self.right]

    def heard(self, outputs: Span) -> Span:
        first, last = (place + self.left for place in outputs)
        return -((self.span - 1 - first) // self.stride), last // self.stride


class Lstm(nn.Module):
    """Layers of long short-term memory beside a straight way; it hears what was, never what will be."""

    def __init__(self, config: EncodecConfig, width: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, width, config.num_lstm_layers)

    def forward(self, x_BCT: Tensor) -> Tensor:
        return self.going_on(x_BCT, None)[0]

    def going_on(self, x_BCT: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """As forward, from the state that it was left in, and the state that it is left in."""
        x_TBC = x_BCT.permute(2, 0, 1)
        out_TBC, state = self.lstm(x_TBC, state)
        return (out_TBC + x_TBC).permute(1, 2, 0), state


class Residual(nn.Module):
    """A narrow branch beside its trunk."""

    def __init__(self, config: EncodecConfig, channels: int, dilation: int) -> None:
        super().__init__()
        inner = channels // config.compress
        wide = Conv(config, (channels, inner), config.residual_kernel_size, dilation=dilation)
        self.block = nn.ModuleList([nn.ELU(), wide, nn.ELU(), Conv(config, (inner, channels), 1)])
        self.shortcut = Conv(config, (channels, channels), 1) if config.use_conv_shortcut else nn.Identity()

    def forward(self, x_BCT: Tensor) -> Tensor:
        h_BCT = x_BCT
        for part in self.block:
            h_BCT = part(h_BCT)
        out: Tensor = self.shortcut(x_BCT) + h_BCT
        return out

    def heard(self, outputs: Span) -> Span:
        wide = self.block[1]
        assert isinstance(wide, Conv)
        first, last = wide.heard(outputs)
        return min(first, outputs[0]), max(last, outputs[1])


class _Chain(nn.Module):
    """Layers behind one another, under the name that the published files give them."""

    layers: nn.ModuleList

    def forward(self, x_BCT: Tensor) -> Tensor:
        for layer in self.layers:
            x_BCT = layer(x_BCT)
        return x_BCT


class Encoder(_Chain):
    """Sound `[B, channels, samples]` to latents `[B, width, frames]`; a frame that is not full is filled up."""

    def __init__(self, config: EncodecConfig) -> None:
        super().__init__()
        width = config.num_filters
        layers: list[nn.Module] = [Conv(config, (config.audio_channels, width), config.kernel_size)]
        for ratio in reversed(config.upsampling_ratios):
            layers += _residuals(config, width)
            layers += [nn.ELU(), Conv(config, (width, 2 * width), 2 * ratio, ratio)]
            width *= 2
        layers += [Lstm(config, width), nn.ELU(), Conv(config, (width, config.hidden_size), config.last_kernel_size)]
        self.layers = nn.ModuleList(layers)


class Decoder(_Chain):
    """Latents `[B, width, frames]` to sound `[B, channels, frames x hop]`."""

    def __init__(self, config: EncodecConfig) -> None:
        super().__init__()
        width = config.num_filters * 2 ** len(config.upsampling_ratios)
        layers: list[nn.Module] = [Conv(config, (config.hidden_size, width), config.kernel_size), Lstm(config, width)]
        for ratio in config.upsampling_ratios:
            layers += [nn.ELU(), TransposedConv(config, (width, width // 2), 2 * ratio, ratio)]
            width //= 2
            layers += _residuals(config, width)
        layers += [nn.ELU(), Conv(config, (width, config.audio_channels), config.last_kernel_size)]
        self.layers = nn.ModuleList(layers)


def heard_by(layers: Iterable[nn.Module], outputs: Span) -> Span:
    """The first and last input of layers in a row that their outputs from one to another hear."""
    for layer in reversed(list(layers)):
        if isinstance(layer, Conv | TransposedConv | Residual):
            outputs = layer.heard(outputs)
    return outputs


def _residuals(config: EncodecConfig, channels: int) -> list[nn.Module]:
    return [Residual(config, channels, config.dilation_growth_rate**n) for n in range(config.num_residual_layers)]


def _padded(x_BCT: Tensor, left: int, right: int, mode: str) -> Tensor:
    """Padded on both sides; a mirror that is longer than the sound finds silence behind it, as in the reference."""
    short = max(left, right) - x_BCT.shape[-1] + 1
    if mode != "reflect" or short <= 0:
        return functional.pad(x_BCT, (left, right), mode)
    longer = functional.pad(functional.pad(x_BCT, (0, short)), (left, right), mode)
    return longer[..., : longer.shape[-1] - short]
