"""The check is left to another layer while it works, or belongs to a class of one's own."""

import contextlib
import ssl


@contextlib.contextmanager
def handed_over(context: ssl.SSLContext):
    host = context.check_hostname
    mode = context.verify_mode
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        yield
    finally:
        context.check_hostname = host
        context.verify_mode = mode


class Context:
    def __init__(self, protocol):
        self.protocol = protocol
        self.check_hostname = False
