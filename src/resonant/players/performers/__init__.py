"""Players that write no notes but whole recordings, with published weights: where those lie, and who is loaded."""
