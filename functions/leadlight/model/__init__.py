"""The nouns: frozen data without I/O. See the glossary in `leadlight.ports`."""
