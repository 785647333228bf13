from transformers import AutoModel

model = AutoModel.from_pretrained("owner/model", revision="0f1e2d3c")
other = AutoModel.from_pretrained("owner/model", trust_remote_code=False)
