from jinja2 import Environment, FileSystemLoader, select_autoescape

environment = Environment(loader=FileSystemLoader("templates"), autoescape=select_autoescape())
other = Environment(loader=FileSystemLoader("code"))
