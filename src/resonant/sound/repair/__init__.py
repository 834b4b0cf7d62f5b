"""Damaged sound is written anew where it is damaged, and nowhere else."""
