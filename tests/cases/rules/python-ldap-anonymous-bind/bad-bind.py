import ldap


def connect(name):
    connection = ldap.initialize("ldap://directory.example.com")
    connection.simple_bind_s(name, "")  # expect: python-ldap-anonymous-bind
    return connection
