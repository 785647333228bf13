import html


def page(name, count):
    safe = html.escape(name)
    if count:
        return f"<h1>{html.escape(name)}</h1>"
    return f"<p>{len(name)} of {int(count)}</p>" if name == safe else f"<b>{safe}</b>"


def error(name):
    return f"<{name}> is not known: {name}"
