"""What can be asked of this site over HTTP, for whoever writes a front end or another system: an OpenAPI 3.1 file.

Built with the site and served as `/openapi.json`; nothing of it runs when a request comes. `document` puts it together
from the routes of `visitor`, `reading` and `team`, and the shapes of what is `sent` and `answered`.
"""
