"""The layout of prompts, with a tokeniser that sets its own signs where it is let."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

from resonant.errors import InputError
from resonant.nn.lm.heartmula_prompt import Tokeniser, check_room, load_tokeniser, normalised, prompt

BOS, EOS = 300, 301


def byte_tokeniser() -> Tokenizer:
    """One word a byte; it sets BOS before every text by itself, as the published one may."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({sign: place for place, sign in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<bos>"])
    place = tokenizer.token_to_id("<bos>")
    tokenizer.post_processor = processors.TemplateProcessing("<bos> $A", special_tokens=[("<bos>", place)])
    return tokenizer


TOKENISER = Tokeniser(byte_tokeniser(), BOS, EOS)


def text_of(words: tuple[int, ...]) -> str:
    return TOKENISER.words.decode([word for word in words if word not in (BOS, EOS)])


def test_there_is_one_first_sign_whatever_the_tokeniser_sets_by_itself() -> None:
    made = prompt(TOKENISER, "Pop, Warm ,", "[Verse 1] Hello  there\n\nYou")
    assert made.tags[0] == BOS and made.tags[-1] == EOS and made.lyrics[-1] == EOS
    assert (*made.tags, *made.lyrics).count(BOS) == 1
    assert TOKENISER.words.token_to_id("<bos>") not in (*made.tags, *made.lyrics)
    assert text_of(made.tags) == "<tag>pop,warm</tag>"
    assert text_of(made.lyrics) == "[verse 1]\nhello there\nyou"


def test_the_published_layout_has_a_second_sign_before_the_lyrics() -> None:
    upstream = prompt(TOKENISER, "pop", "la", second_bos=True)
    ours = prompt(TOKENISER, "pop", "la")
    assert upstream.tags == ours.tags and upstream.lyrics == (BOS, *ours.lyrics)


def test_empty_tags_and_empty_lyrics_have_their_signs() -> None:
    made = prompt(TOKENISER, " , ", " \n\t ")
    assert text_of(made.tags) == "<tag></tag>" and made.lyrics == (EOS,)
    assert prompt(TOKENISER, "", "", second_bos=True).lyrics == (BOS, EOS)


@given(st.text())
def test_any_text_is_normalised_once_and_for_all(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once and "\r" not in once and "\x00" not in once
    made = prompt(TOKENISER, text, text)
    assert made.tags[0] == BOS and made.tags[-1] == made.lyrics[-1] == EOS


def test_too_much_text_is_refused_with_what_there_is_room_for() -> None:
    made = prompt(TOKENISER, "pop", "la " * 2000)
    with pytest.raises(InputError, match=r"leaves 17\d s, not 240; shorten the lyrics"):
        check_room(made, 3000)
    check_room(made, 1000)


def test_a_folder_without_its_tokeniser_says_what_to_fetch(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tokenizer\.json is missing; fetch it with: hf download HeartMuLa"):
        load_tokeniser(tmp_path)
    byte_tokeniser().save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "gen_config.json").write_text(json.dumps({"text_bos_id": BOS}))
    with pytest.raises(InputError, match="does not name the signs around a text"):
        load_tokeniser(tmp_path)
    (tmp_path / "gen_config.json").write_text(json.dumps({"text_bos_id": BOS, "text_eos_id": EOS}))
    assert load_tokeniser(tmp_path)("ab") == TOKENISER("ab")
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(InputError, match=r"is no tokeniser"):
        load_tokeniser(tmp_path)
