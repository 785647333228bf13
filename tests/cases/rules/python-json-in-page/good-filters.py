import json

from django import template
from django.utils.html import escape, json_script
from django.utils.safestring import mark_safe

register = template.Library()
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@register.filter
def as_json(value, indent=None):
    return mark_safe(json.dumps(value, indent=indent).translate(_ESCAPES))


@register.filter
def shown(value):
    return mark_safe("<pre>%s</pre>" % escape(json.dumps(value)))


def element(value):
    return json_script(value, "settings")


def plain(value):
    return json.dumps(value)


def icon():
    return mark_safe("<svg></svg>")
