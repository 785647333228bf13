import json

from django import template
from django.core.serializers import serialize
from django.utils.safestring import mark_safe
from markupsafe import Markup

register = template.Library()


@register.filter
def as_json(value, indent=None):
    return mark_safe(json.dumps(value, indent=indent))  # expect: python-json-in-page


@register.filter
def rows(queryset):
    if queryset:
        text = serialize("json", queryset)
    else:
        text = json.dumps([])
    return mark_safe(text)  # expect: python-json-in-page


def script(settings):
    return Markup("<script>var settings = %s;</script>" % json.dumps(settings))  # expect: python-json-in-page
