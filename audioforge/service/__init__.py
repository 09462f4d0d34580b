"""The HTTP service: one ``Scorer`` for callers on other machines or in other languages, and a client for them.

``make_app`` (``audioforge.service.app``) builds the application, ``AudioForgeClient`` (``audioforge.service.client``)
calls it. Both need the extra ``service``.
"""
