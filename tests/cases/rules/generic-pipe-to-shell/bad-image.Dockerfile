FROM debian:12
RUN apt-get update && apt-get install -y curl
RUN curl -sSL https://get.example.org/tool.sh | bash # expect: generic-pipe-to-shell
