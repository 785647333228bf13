from huggingface_hub import snapshot_download
from transformers import AutoModel

model = AutoModel.from_pretrained("owner/model", revision="0f1e2d3c")
local = AutoModel.from_pretrained("./models/ours")
folder = snapshot_download(repo_id="owner/model", revision="0f1e2d3c")


def load(path):
    return AutoModel.from_pretrained(path)
