#!/bin/sh
set -eu
curl -fsSL https://get.example.org/install.sh | sh # expect: generic-pipe-to-shell
wget -qO- https://get.example.org/setup | sudo -E bash - # expect: generic-pipe-to-shell
curl https://get.example.org/setup.py | python3 - # expect: generic-pipe-to-shell
