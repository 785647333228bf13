"""One file per command: parse, call, print, exit."""

import gc

# Modules and values live until the end, and looking through them again and again while they are
# made takes a twentieth of a short run.
gc.set_threshold(50_000)
