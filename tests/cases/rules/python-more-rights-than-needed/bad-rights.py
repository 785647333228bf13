import os

import docker


def start(script):
    os.seteuid(0)  # expect: python-more-rights-than-needed
    os.umask(0)  # expect: python-more-rights-than-needed
    docker.from_env().containers.run("alpine", script, privileged=True)  # expect: python-more-rights-than-needed


POLICY = {"Effect": "Allow", "Action": "*", "Resource": "*"}  # expect: python-more-rights-than-needed
