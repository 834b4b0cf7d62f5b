"""Songs for the programs that people go on working in: one module a format, one place where files are set down."""
