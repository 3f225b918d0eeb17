"""Seeing a change before it is committed: the site as strangers and leads see it, built anew at each save.

Run by `leadlight serve --preview`, on the marketer's own machine, over made-up people and no real data.
"""
