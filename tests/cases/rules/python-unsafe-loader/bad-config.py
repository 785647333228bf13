import pickle

import torch
import yaml


def read(path, blob):
    with open(path) as stream:
        settings = yaml.load(stream)  # expect: python-unsafe-loader
    with open(path) as stream:
        settings = yaml.load(stream, Loader=yaml.UnsafeLoader)  # expect: python-unsafe-loader
    model = torch.load("model.pt", weights_only=False)  # expect: python-unsafe-loader
    return settings, model, pickle.loads(blob)  # expect: python-unsafe-loader
