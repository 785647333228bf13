import yaml


def read(path):
    with open(path) as stream:
        settings = yaml.load(stream)  # expect: python-yaml-unsafe-loader
    with open(path) as stream:
        more = yaml.load(stream, Loader=yaml.UnsafeLoader)  # expect: python-yaml-unsafe-loader
    with open(path) as stream:
        rest = yaml.unsafe_load(stream)  # expect: python-yaml-unsafe-loader
    return settings, more, rest, yaml.load(path, Loader=yaml.Loader)  # expect: python-yaml-unsafe-loader
