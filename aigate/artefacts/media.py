"""Knows pictures, sounds, fonts and documents by name and first bytes."""

from __future__ import annotations

import re

from aigate.domain.regex import regex

# First bytes of what browsers and players show and nothing runs.
_BYTES = regex(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....(?:WEBP|WAVE|AVI )|\0\0[\x01\x02]\0|BM....\0\0\0\0"
    rb"|wOF[F2]|\0\x01\0\0\0|OTTO|true\0|ttcf|....LP\0|%PDF-|....ftyp|ID3|\xff[\xfb\xf3\xf2]|OggS"
    rb"|fLaC|\x1aE\xdf\xa3|II\*\0|MM\0\*|8BPS|FLV\x01|\0\0\0\x0cjP |.{34}LP",
    re.DOTALL,
)
_NAMES = regex(
    r"\.(?:png|jpe?g|gif|webp|ico|cur|bmp|tiff?|avif|heic|jp2|psd|woff2?|ttf|ttc|otf|eot|pdf|mp[34]"
    r"|m4[av]|mov|webm|mkv|avi|wav|ogg|og[av]|flac|flv)\Z",
    re.IGNORECASE,
)


def begins_as_media(head: bytes) -> bool:
    """Tell whether the first bytes are those of a media file."""
    return bool(_BYTES.match(head))


def is_named_as_media(path: str) -> bool:
    """Tell whether the name is that of a media file."""
    return bool(_NAMES.search(path))
