"""The MkDocs plugin: splits gated pages into a public and a withheld half, and sees to it that nothing leaks."""
