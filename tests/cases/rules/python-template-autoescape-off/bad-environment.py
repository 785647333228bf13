from jinja2 import Environment, FileSystemLoader

environment = Environment(loader=FileSystemLoader("templates"), autoescape=False)  # expect: python-template-autoescape-off


def setup(app):
    app.jinja_env.autoescape = False  # expect: python-template-autoescape-off
