"""The chord model: which chord comes next, learnt from annotated songs; NumPy alone at run time."""
