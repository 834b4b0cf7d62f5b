"""Weights that were never trained: they say anything."""

from pathlib import Path

import pytest
import torch

from resonant.nn.checkpoints import save_checkpoint
from resonant.nn.transformer import Transformer, TransformerConfig
from resonant.players.score_lm.vocabulary import VOCABULARY


@pytest.fixture(scope="session")
def config() -> TransformerConfig:
    return TransformerConfig(VOCABULARY.size, width=32, layers=1, heads=2, context=1024)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory, config: TransformerConfig) -> Path:
    torch.manual_seed(8)
    folder = tmp_path_factory.mktemp("weights")
    save_checkpoint(folder, Transformer(config), config)
    return folder
