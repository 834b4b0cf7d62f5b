"""The arranger: writes notes from theory and style files; needs no model. One file per role."""
