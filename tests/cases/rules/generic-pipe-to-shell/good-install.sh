#!/bin/sh
set -eu
curl -fsSLo install.sh https://get.example.org/1.2.3/install.sh
echo "$DIGEST  install.sh" | sha256sum --check
sh install.sh
curl -s https://api.example.org/version | jq -r .tag
curl -s https://api.example.org/list | grep sh
