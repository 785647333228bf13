def value_of(label):
    assert label[0] in ("'", '"'), label
    return eval(label)
