TABLE = "users"


class Users:
    def find(self, name):
        self.cursor.execute(f"SELECT * FROM {TABLE} WHERE name = ?", (name,))
        self.cursor.execute("SELECT * FROM users WHERE name = %s", (name,))
        self.cursor.execute("SELECT * FROM users WHERE kind = '%s'" % "admin")
        self.cursor.execute(f"SELECT count(*) FROM {self.table}")
        return self.cursor.fetchone()

    def many(self, ids):
        marks = ", ".join("?" * len(ids))
        self.cursor.execute(f"SELECT * FROM users WHERE id IN ({marks})", ids)

    def report(self, name):
        self.tasks.execute(f"name = {name}")
