"""Score to stems: instruments, sampler, modelled voices."""
