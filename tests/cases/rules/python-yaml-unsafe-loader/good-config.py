import yaml


def read(path):
    with open(path) as stream:
        settings = yaml.safe_load(stream)
    with open(path) as stream:
        more = yaml.load(stream, Loader=yaml.SafeLoader)
    with open(path) as stream:
        return settings, more, yaml.load(stream, Loader=yaml.CSafeLoader)
