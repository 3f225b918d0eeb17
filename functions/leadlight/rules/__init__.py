"""Pure decisions: facts and a time in, a decision out. No I/O, no clock, no randomness."""
