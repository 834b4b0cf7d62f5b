"""Published models that perform: words in, codes and sound out, loaded once and asked often."""
