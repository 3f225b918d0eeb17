"""A rehearsal: the real handlers on a virtual clock, with made-up people and made-up trouble."""
