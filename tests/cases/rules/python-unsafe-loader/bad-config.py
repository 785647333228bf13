import pickle

import torch


def read(blob):
    model = torch.load("model.pt", weights_only=False)  # expect: python-unsafe-loader
    return model, pickle.loads(blob)  # expect: python-unsafe-loader
