"""Words to a brief: vocabulary, tags, lyrics, presets."""
