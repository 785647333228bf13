CARD = "<div><h2>{title}</h2><p>{text}</p></div>"


def card(title, text):
    return CARD.format(title=title, text=text)  # expect: python-html-text-formatted


def page(name):
    return f"<html><body><h1>Hello {name}</h1></body></html>"  # expect: python-html-text-formatted


def row(value):
    return "<tr><td>%s</td></tr>" % value  # expect: python-html-text-formatted
