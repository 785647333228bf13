import os

import ldap


def connect(name):
    connection = ldap.initialize("ldap://directory.example.com")
    connection.simple_bind_s(name, os.environ["LDAP_PASSWORD"])
    return connection
