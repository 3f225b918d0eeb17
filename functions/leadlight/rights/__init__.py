"""What may people ask of us about their data? All of it to read (`export`), or that it goes (`erasing`).

`model.data_map` says what there is at all: where, what for, for how long, and what becomes of it.
"""
