from transformers import AutoModel

model = AutoModel.from_pretrained("owner/model", trust_remote_code=True)  # expect: python-remote-code-trusted
