"""Songs on disk and the catalogue of them."""
