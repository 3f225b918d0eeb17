"""One machine, no account: SQLite, a directory, a Maildir or SMTP. Chosen in `leadlight.wiring`."""
