"""A web page on this computer: portraits are dropped in, looks are picked, results compared.

`app.make_app` gives the Starlette application, `server.serve` runs it (extra ``web``).
"""
