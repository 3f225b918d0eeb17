"""What does a gated page tell machines in its head? Called by the plugin."""

from __future__ import annotations

import json

NOINDEX = '<meta name="robots" content="noindex">'


def in_head(html: str, element: str) -> str:
    """The page with one more element at the end of its head."""
    return html.replace("</head>", f"{element}</head>", 1)


def paywalled(title: str, address: str | None) -> str:
    """Tells search engines that the rest is withheld on purpose, not cloaked.

    See developers.google.com/search/docs/appearance/structured-data/paywalled-content.
    """
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": title,
        "mainEntityOfPage": {"@type": "WebPage", "@id": address},
        "isAccessibleForFree": False,
        "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".leadlight-rest"},
    }
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'
