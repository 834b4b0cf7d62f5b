"""The learned player: a score as a row of tokens with holes, and the model that fills them."""
