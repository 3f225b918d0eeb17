"""The pages we serve ourselves, in the site's own shell. `handlers` asks; nothing here knows of requests or stores."""
