class Users:
    def __init__(self, connection):
        self.cursor = connection.cursor()

    def find(self, name):
        query = f"SELECT * FROM users WHERE name = '{name}'"
        self.cursor.execute(query)  # expect: python-sql-value-formatted
        return self.cursor.fetchone()

    def delete(self, user_id):
        self.cursor.execute("DELETE FROM users WHERE id = %s" % user_id)  # expect: python-sql-value-formatted

    def add(self, name, mail):
        self.cursor.execute("INSERT INTO users VALUES ('{}', '{}')".format(name, mail))  # expect: python-sql-value-formatted

    def search(self, term):
        self.cursor.execute("SELECT id FROM users WHERE mail LIKE '%" + term + "%'")  # expect: python-sql-value-formatted
