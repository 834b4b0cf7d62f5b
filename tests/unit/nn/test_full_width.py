"""MusicGen and its codec against `transformers` at the width of the published small model, with fewer layers.

All 24 layers, and 200 frames, are compared by `benchmarks/bench_decode.py --parts parity`.
"""

import torch
from transformers import (
    EncodecConfig,
    EncodecModel,
    MusicgenConfig,
    MusicgenDecoderConfig,
    MusicgenForConditionalGeneration,
    T5Config,
)
from transformers.modeling_outputs import BaseModelOutput

from resonant.nn.checkpoints import fill, joined
from resonant.nn.codec.encodec import Encodec
from resonant.nn.codec.encodec_config import encodec_config
from resonant.nn.codec.published import codec_tensors
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Item, Manner
from resonant.nn.lm.guidance import guided
from resonant.nn.lm.musicgen import Heard, Musicgen
from resonant.nn.lm.musicgen_published import musicgen_config, places
from resonant.nn.lm.musicgen_session import musicgen_run

LAYERS, FRAMES, SCALE = 2, 24, 3.0
T5 = {"d_model": 768, "num_layers": 1, "num_heads": 12, "d_ff": 64, "d_kv": 64, "vocab_size": 50}
CODEC_32K = {
    "hidden_size": 128, "codebook_size": 2048, "sampling_rate": 32_000, "target_bandwidths": [2.2],
    "upsampling_ratios": [8, 5, 4, 4], "use_causal_conv": False, "use_conv_shortcut": False,
}  # fmt: skip
WORDS = torch.tensor([[5, 6, 7, 8, 1]])


def musicgen() -> MusicgenForConditionalGeneration:
    torch.manual_seed(3)
    decoder = MusicgenDecoderConfig(num_hidden_layers=LAYERS, pad_token_id=2048, bos_token_id=2048)
    codec = EncodecConfig(**{**CODEC_32K, "num_filters": 2, "hidden_size": 8})
    config = MusicgenConfig(
        text_encoder=T5Config(**T5).to_dict(), audio_encoder=codec.to_dict(), decoder=decoder.to_dict()
    )
    model = MusicgenForConditionalGeneration(config).eval()
    generation = model.generation_config
    generation.decoder_start_token_id = generation.bos_token_id = generation.pad_token_id = 2048
    for embedding in model.decoder.model.decoder.embed_tokens:
        torch.nn.init.normal_(embedding.weight, std=0.5)  # at their first values all codes are nearly alike
    return model


def ours(model: MusicgenForConditionalGeneration) -> Musicgen:
    config = musicgen_config(model.config.to_dict(), "config")
    with torch.device("meta"):
        decoder = Musicgen(config)
    fill(decoder, joined(model.state_dict(), places(config)), "weights")
    return decoder.eval()


@torch.inference_mode()
def test_musicgen_at_full_width_says_and_writes_what_the_reference_does() -> None:
    model = musicgen()
    decoder = ours(model)
    assert (decoder.config.hidden_size, decoder.config.num_attention_heads, decoder.config.ffn_dim) == (1024, 16, 4096)
    heard = Heard(model.text_encoder(WORDS).last_hidden_state, torch.ones_like(WORDS).bool())
    run = musicgen_run(decoder, [Item(FRAMES)], [heard, None], guided(SCALE), Manner(Choosing(0.0)))
    list(run)
    model.audio_encoder.decode = lambda codes, *rest, **named: type("Sound", (), {"audio_values": codes})()
    wanted = model.generate(input_ids=WORDS, do_sample=False, guidance_scale=SCALE, max_length=FRAMES + 4)
    assert torch.equal(run.frames(0), wanted.reshape(4, FRAMES))

    columns = torch.cat([torch.full((4, 1), 2048), run.frames(0)], dim=1)
    said = torch.cat([heard.text_BLE, torch.zeros_like(heard.text_BLE)])
    is_said = torch.cat([torch.ones_like(WORDS), torch.zeros_like(WORDS)])
    told = model(
        encoder_outputs=BaseModelOutput(last_hidden_state=said), attention_mask=is_said,
        decoder_input_ids=columns.repeat(2, 1),
    ).logits.view(2, 4, FRAMES + 1, 2048)  # fmt: skip
    logits = decoder(columns.repeat(2, 1, 1), decoder.begun([heard, None], 1, FRAMES + 1))
    assert (logits - told).abs().max() < 1e-4
    assert (guided(SCALE).merged(logits) - guided(SCALE).merged(told)).abs().max() < 1e-4


@torch.inference_mode()
def test_the_codec_of_musicgen_at_full_width_is_the_references() -> None:
    torch.manual_seed(1)
    theirs = EncodecModel(EncodecConfig(**CODEC_32K, num_filters=64)).eval()
    sound = 0.3 * torch.randn(1, 1, 8_000)
    latent = theirs.encoder(sound)[0]
    for layer in theirs.quantizer.layers:
        layer.codebook.embed.normal_().mul_(latent.std(dim=1))
    theirs.quantizer.layers[0].codebook.embed.add_(latent.mean(dim=1))  # codes of which many are near
    with torch.device("meta"):
        codec = Encodec(encodec_config(theirs.config.to_dict(), "config"))
    fill(codec, codec_tensors(theirs.state_dict()), "weights")
    wanted = theirs.encode(sound)
    told = theirs.decode(wanted.audio_codes, wanted.audio_scales).audio_values
    chunks = codec.eval().encode(sound)
    assert torch.equal(chunks[0].codes, wanted.audio_codes[0]) and len(chunks[0].codes.unique()) > 20
    assert (codec.decode(chunks) - told).abs().max() < 1e-5 * max(1.0, float(told.abs().max()))
