"""How does a site get to where people read it, and is that place fit for it? Build time only."""
