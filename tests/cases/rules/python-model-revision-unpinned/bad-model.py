from huggingface_hub import snapshot_download
from transformers import AutoModel

NAME = "owner/model"
model = AutoModel.from_pretrained(NAME)  # expect: python-model-revision-unpinned
folder = snapshot_download(repo_id="owner/model")  # expect: python-model-revision-unpinned
