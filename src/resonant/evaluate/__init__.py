"""How good it is: one module per question."""
