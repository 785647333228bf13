import json
import pickle

import numpy
import torch
import yaml


def read(path, blob):
    with open(path) as stream:
        settings = yaml.safe_load(stream)
    with open(path) as stream:
        settings = yaml.load(stream, Loader=yaml.SafeLoader)
    model = torch.load("model.pt", weights_only=True)
    return settings, model, json.loads(blob), numpy.load("a.npy"), pickle.dumps(blob)
