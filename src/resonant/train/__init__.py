"""Training: data, examples, recipes and the loop. Nothing imports this room but the command line."""
