"""What a visitor can do: ask for access, confirm, read, download, ask, say whether to call, leave."""
